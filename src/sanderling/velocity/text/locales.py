"""Locales as templates name them (`uk`, `en_US`, `pt-BR`), with Babel's data behind them.

Java 17 prints CLDR 39, Babel a newer release. Where the two differ visibly in what a message shows,
the older form is kept: plain blanks, not narrow no-break ones, in dates and clock times.
"""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from sanderling.velocity.errors import MethodFailed

_NAME = re.compile(r"([A-Za-z]{2,3})(?:[_-]([A-Za-z]{4}))?(?:[_-]([A-Za-z]{2}|\d{3}))?\Z")
_NARROW_BLANKS = str.maketrans({"\u202f": " ", "\u2009": " "})


@lru_cache(maxsize=256)
def locale_of(name: str) -> Locale:
    """The locale of this name; a language nobody has data for prints as English.

    Raises MethodFailed when the name is no locale's name.
    """
    found = _NAME.match(name)
    if not found:
        raise MethodFailed(f"{name[:20]!r} is not the name of a language")
    language, script, territory = found.groups()
    for parts in ((language, territory, script), (language, None, None)):
        try:
            return Locale(parts[0].lower(), parts[1] and parts[1].upper(), script=parts[2])
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "US")


def plain_blanks(text: str) -> str:
    """The text with ordinary blanks for the narrow ones of newer locale data."""
    return text.translate(_NARROW_BLANKS)
