"""Transfer encodings, done once for the template's text and per message for its values only.

Quoted-printable over a 20 kB body costs four times its rendering. Here the static text is encoded
when the template is compiled. Every piece, text or value, is followed by a soft line break, so that
the next one starts a line and none grows too long whatever the values are. Encoded text is kept as
`str` of Latin-1 characters, one per byte: joining and formatting stay those of strings.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable

from .escaping import Encoding
from .options import Escaping

SOFT_BREAK = "=\r\n"

_LINE_END = re.compile(r"\r\n|\r|\n")
_FROM = re.compile(rb"(?m)^From ")


def utf8_as_latin1(text: str) -> str:
    """UTF-8 bytes as Latin-1 characters; half pairs of UTF-16 become question marks."""
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("latin-1")


def quoted_printable(text: str) -> str:
    """RFC 2045, section 6.7: CR LF, and lines that have room for a soft break after the last."""
    if not text:
        return ""
    lines = _LINE_END.sub("\n", text).encode("utf-8", "replace")
    # The "a" stands for what follows: without it the last line may fill all 76.
    quoted = binascii.b2a_qp(lines + b"a")[:-1].replace(b"\n", b"\r\n")
    if b"From " in quoted:
        # Storage on the way writes ">From" at the start of a line, which breaks signatures.
        quoted = _FROM.sub(b"=46rom =\r\n", quoted)
    return quoted.decode("ascii")


def _quoted_text(text: str) -> str:
    quoted = quoted_printable(text)
    return quoted if not quoted or quoted.endswith("\n") else quoted + SOFT_BREAK


def _clean(signs: str) -> Callable[[str], object]:
    """Finds short plain values, which are written as they are: no blanks at the ends."""
    # One class of characters each: a lookahead for the signs would take three times as long.
    inner = "".join(re.escape(sign) for sign in map(chr, range(33, 127)) if sign not in signs)
    return re.compile(f"(?!From )(?! )[ {inner}]{{1,70}}(?<! )").fullmatch


_SIGNS = {
    Escaping.NONE: "=",
    Escaping.HEADER: "=",
    Escaping.HTML: "=&<>\"'",
    Escaping.JSON: '=<"\\',
}

ENCODINGS: dict[str, Encoding] = {
    "utf-8": Encoding(
        "utf-8",
        utf8_as_latin1,
        utf8_as_latin1,
        growth=2,
        clean={
            Escaping.NONE: str.isascii,
            Escaping.HTML: re.compile("[^&<>\"'\x80-\U0010ffff]*").fullmatch,
        },
    ),
    "quoted-printable": Encoding(
        "quoted-printable",
        _quoted_text,
        quoted_printable,
        end=SOFT_BREAK,
        growth=3,
        clean={escaping: _clean(signs) for escaping, signs in _SIGNS.items()},
    ),
}


def encoder(name: str) -> Callable[[str], bytes]:
    """A function that encodes a whole text: what `Template.encoded` does faster."""
    if name == "quoted-printable":
        return lambda text: quoted_printable(text).encode("ascii")
    return lambda text: text.encode("utf-8", "replace")
