"""What a block asks its author: one class for each kind of answer.

A setting reads what a form or a program gave and returns the typed value, or raises ValueError
with a sentence.  Pages draw their forms from these classes, so a new block needs no page.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

Words = str | Promise


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A line of text."""

    CONTROL: ClassVar[str] = "text"

    name: str
    label: Words
    hint: Words = ""
    default: str = ""
    is_required: bool = False
    longest: int = 500

    def read(self, raw: Any) -> Any:
        """Return the value; raise ValueError in words."""
        return self._text(raw)

    def _text(self, raw: Any) -> str:
        if raw is None:
            raw = self.default
        text = _plain(raw).strip()
        if self.is_required and not text:
            raise ValueError(_("This is needed."))
        if len(text) > self.longest:
            raise ValueError(_("At most %d characters.") % self.longest)
        if "\0" in text:
            raise ValueError(_("There is a character that is no character."))
        return text


@dataclass(frozen=True, kw_only=True)
class LongText(Setting):
    """Several lines of text."""

    CONTROL: ClassVar[str] = "lines"

    longest: int = 20_000


@dataclass(frozen=True, kw_only=True)
class Number(Setting):
    """A whole number."""

    CONTROL: ClassVar[str] = "number"

    least: int = 0
    most: int = 1_000_000

    def read(self, raw: Any) -> int:
        """Return the number; raise ValueError in words."""
        text = self._text(raw)
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise ValueError(_("Give a whole number."))
        if not self.least <= int(text) <= self.most:
            bounds = {"least": self.least, "most": self.most}
            raise ValueError(_("Between %(least)d and %(most)d.") % bounds)
        return int(text)


@dataclass(frozen=True, kw_only=True)
class Choice(Setting):
    """One of a few words."""

    CONTROL: ClassVar[str] = "choice"

    choices: Sequence[tuple[str, Words]]

    def read(self, raw: Any) -> str:
        """Return the word; raise ValueError in words."""
        text = self._text(raw) or self.choices[0][0]
        if text not in dict(self.choices):
            raise ValueError(_("Choose of: %s.") % ", ".join(dict(self.choices)))
        return text


@dataclass(frozen=True, kw_only=True)
class Clock(Setting):
    """A time of day, or None."""

    CONTROL: ClassVar[str] = "time"

    def read(self, raw: Any) -> dt.time | None:
        """Return the time; raise ValueError in words."""
        text = self._text(raw)
        if not text:
            return None
        try:
            return dt.datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day
        except ValueError:
            raise ValueError(_("Give a time such as 09:30.")) from None


@dataclass(frozen=True, kw_only=True)
class Reference(Setting):
    """The number of something of the organisation, as text; or a variable where that may be."""

    CONTROL: ClassVar[str] = "reference"

    of: str  # a name of ``Names``: message, sms, list, segment…
    may_be_variable: bool = False
    is_required: bool = True

    def read(self, raw: Any) -> str:
        """Return the number as text; raise ValueError in words."""
        text = self._text(raw)
        if self.may_be_variable and text.startswith("${") and text.endswith("}"):
            return text
        if text and not (text.isascii() and text.isdigit() and len(text) < 18):
            raise ValueError(_("Choose one of the list."))
        return text


def _plain(raw: Any) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return str(raw)
    raise ValueError(_("Give a text."))
