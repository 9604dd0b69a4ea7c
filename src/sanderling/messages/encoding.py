"""A part of a letter straight to the bytes of the wire, for letters that many people get.

Rendering a page of 20 kB takes 15 us and encoding it afterwards 40 and more.  So the template's
own text is encoded once, and only what differs between people is encoded for each of them.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from secrets import token_hex
from typing import NamedTuple

from sanderling import velocity
from sanderling.velocity.encoding import ENCODINGS

MOST_STRANGE = 0.6
"""Share of bytes beyond ASCII up to which quoted-printable is used: 2.2 times the text at the most,
where base64 always takes 1.4 and three times the work.  A page in Cyrillic has a fifth to a half,
its markup being ASCII; its text part has four fifths, and is left to the composer as text."""

SOFT_BREAK = b"=\r\n"
quoted_printable = velocity.encoder("quoted-printable")

# Around an address from data (``linking``); made anew in each process, so that no data holds them.
MARK, END_MARK = f"\x01{token_hex(4)}", f"\x02{token_hex(4)}"
# The same where values are encoded: one byte each, to be found by one search.
ENCODED_MARK, ENCODED_END = b"\x01", b"\x02"

QUOTED = ENCODINGS["quoted-printable"]


def _quoted_between_marks(text: str) -> str:
    pieces = re.split(f"({MARK}|{END_MARK})", text)
    marks = {MARK: ENCODED_MARK.decode(), END_MARK: ENCODED_END.decode()}
    return "".join(marks.get(piece) or QUOTED.text(piece) for piece in pieces)


MARKED_QUOTED = replace(QUOTED, name="quoted-printable, with marks", text=_quoted_between_marks)

Body = str | bytes
"""Text that the composer is to encode, or quoted-printable that is ready."""


class Part(NamedTuple):
    """A part of somebody's letter."""

    body: Body
    warnings: tuple[velocity.RenderWarning, ...]


class EncodedPart:
    """A compiled template whose own text is encoded already, where that is worth it."""

    def __init__(self, template: velocity.Template) -> None:
        self._template = template
        self._ahead = None
        if _strange_share(template.source) <= MOST_STRANGE:
            self._ahead = template.encoded(MARKED_QUOTED)
        else:
            template.compile()

    def render(self, context: Mapping[str, object], tools: Mapping[str, object]) -> Part:
        """The part for one person; raises what ``velocity.Template.render`` raises."""
        if self._ahead is None:
            rendered = self._template.render(context, tools=tools)
            return Part(rendered.text, rendered.warnings)
        encoded = self._ahead.render(context, tools=tools)
        return Part(_unless_empty(encoded.body), encoded.warnings)


def _unless_empty(body: bytes) -> bytes:
    """Soft breaks alone are no text: such a part is left out of the letter."""
    if body.startswith(SOFT_BREAK) and not body.replace(SOFT_BREAK, b""):
        return b""
    return body


def _strange_share(text: str) -> float:
    size = len(text.encode("utf-8", "replace"))
    plain = len(text.encode("ascii", "ignore"))
    return (size - plain) / max(size, 1)
