"""Escaping of printed values, by channel: values only, never the text of the template.

`Safe` marks a text that is already what the channel needs (`$esc.raw($html)`).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .options import Escaping
from .text.printing import PRINTERS

TextFunction = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a transfer encoding writes the template's own text, once, and each value.

    `end` stands after each value, `growth` is how much longer
    than its text a message may be, and `clean` finds
    values, by how they are escaped, that neither escaping nor encoding would change.
    """

    name: str
    text: TextFunction
    value: TextFunction
    end: str = ""
    growth: int = 1
    clean: Mapping[Escaping, Callable[[str], object]] = field(default_factory=dict)


class Safe:
    """A text that is printed as it is."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


PRINTERS[Safe] = lambda value, budget: value.text  # type: ignore[attr-defined]

find_sign = re.compile("[&<>\"']").search
_LINE_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029\x00]+")


def escape_html(text: str) -> str:
    """Text for the inside of an element or of a quoted attribute."""
    # Most values hold no sign: one search costs half of the five replacements.
    return html.escape(text) if find_sign(text) else text


def escape_header(text: str) -> str:
    """Text for a header: one line, whatever the value holds."""
    return _LINE_BREAKS.sub(" ", text)


def escape_json(text: str) -> str:
    """Text for the inside of a JSON string; also safe inside a script element."""
    quoted = json.dumps(text, ensure_ascii=False)[1:-1]
    for sign, code in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        quoted = quoted.replace(sign, code)
    return quoted


def unescaped(text: str) -> str:
    """Text as it is."""
    return text


ESCAPERS: dict[Escaping, Callable[[str], str]] = {
    Escaping.NONE: unescaped,
    Escaping.HTML: escape_html,
    Escaping.HEADER: escape_header,
    Escaping.JSON: escape_json,
}
