"""Transfer encodings, done once for the template's text and per message for its values only.

Quoted-printable over a whole 20 kB body costs four times its rendering. Here the static text is
encoded when the template is compiled; every piece, text or value, ends with a soft line break, so
that the next one starts a line and none grows too long whatever the values are. Encoded text is
kept as `str` of Latin-1 characters, one per byte: joining and formatting stay those of strings.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable

from .escaping import Encoding

SOFT_BREAK = "=\r\n"

_LINE_END = re.compile(r"\r\n|\r|\n")
_SAFE_VALUE = re.compile(r"[!-<>-~](?:[ !-<>-~]{0,68}[!-<>-~])?")
"""Short, plain, without blanks at its ends: most values, written as they are."""


def utf8_as_latin1(text: str) -> str:
    """UTF-8 bytes as Latin-1 characters; half pairs of UTF-16 become question marks."""
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("latin-1")


def quoted_printable(text: str) -> str:
    """RFC 2045, section 6.7: lines of at most 76 characters, ended by CR LF."""
    lines = _LINE_END.sub("\n", text).encode("utf-8", "replace")
    return binascii.b2a_qp(lines, istext=True).replace(b"\n", b"\r\n").decode("ascii")


def _quoted_text(text: str) -> str:
    return quoted_printable(text) + SOFT_BREAK


def _quoted_value(text: str) -> str:
    if _SAFE_VALUE.fullmatch(text):
        return text + SOFT_BREAK
    return quoted_printable(text) + SOFT_BREAK if text else ""


ENCODINGS: dict[str, Encoding] = {
    "utf-8": Encoding("utf-8", utf8_as_latin1, utf8_as_latin1),
    "quoted-printable": Encoding("quoted-printable", _quoted_text, _quoted_value),
}


def encoder(name: str) -> Callable[[str], bytes]:
    """A function that encodes a whole text: what `Template.encoded` does faster."""
    if name == "quoted-printable":
        return lambda text: quoted_printable(text).encode("ascii")
    return lambda text: text.encode("utf-8", "replace")
