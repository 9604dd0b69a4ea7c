"""Bodies as bytes that every mail server carries unharmed, at the speed of a campaign.

Two roads. A caller with a whole rendered `str` calls `encode`, which picks the cheapest honest
transfer encoding. A caller that renders from a compiled template encodes its unchanging pieces
once (`encode_static`), each person's values as they come (`encode_value`), and joins: every piece
starts and ends at the start of a line, by a soft break where the text itself has none, so that
any sequence of pieces is valid quoted-printable.

Measured on 20.8 kB of HTML, one core, 2026-11 (bench/composing.py):

    ==========================================  ======  ========================
    email.message, the whole message            3.0 ms
    binascii.b2a_qp                             180 us  what the rest is held to
    quoted-printable, some signs beyond ASCII   110 us
    base64, Cyrillic                             45 us  35 % larger, opaque
    7bit                                         35 us  ASCII
    30 statics joined with 30 values              9 us
    ==========================================  ======  ========================

8bit is not offered: whether the server takes it is known only after signing, and re-encoding
then would break the signature.
"""

import binascii
import re
import struct
from functools import lru_cache
from typing import NamedTuple

# RFC 5321, 4.5.3.1.6 (without CRLF) and RFC 2045, 6.7 (5).
LONGEST_LINE = 998
QUOTED_LINE = 76

_PLAIN = bytes([9, 10, *range(32, 127)])
_SOFT_BREAK = b"=\r\n"

# 75 characters and no cut inside "=3D": the lookbehinds forbid an end on "=" or "=3".
_cut = re.compile(rb".{1,75}(?<!=)(?<!=.)", re.DOTALL).findall
_needs_nothing = re.compile(r"(?!From )[ -<>-~]{1,75}").fullmatch

# Each distinct strange byte costs one pass of replace (4 us on 20 kB); beyond this many
# binascii's single slow pass wins.
_FEW = 16


class Encoded(NamedTuple):
    """A body ready for the wire: CRLF line ends and its Content-Transfer-Encoding."""

    content: bytes
    transfer: str


def encode(text: str) -> Encoded:
    """Encode a whole body: 7bit where safe, quoted-printable where readable, else base64."""
    raw = _utf8(text)
    strange = raw.translate(None, _PLAIN)
    if not strange and _fits(raw):
        return Encoded(raw.replace(b"\n", b"\r\n"), "7bit")
    # Quoted-printable keeps an English page with its few signs readable and grows it by 4 %;
    # with one strange byte in 50 it takes three times as long as base64, in 5 it is longer too.
    if len(strange) * 50 > len(raw):
        return Encoded(_base64(raw), "base64")
    return Encoded(_quote(raw, strange), "quoted-printable")


def encode_static(text: str) -> bytes:
    """Encode an unchanging piece of a body, to be joined with others (quoted-printable)."""
    raw = _utf8(text)
    return _ended(_quote(raw, raw.translate(None, _PLAIN)))


def encode_value(text: str) -> bytes:
    """Encode one person's value, to be joined between static pieces; short ASCII costs 0.3 us."""
    if _needs_nothing(text):
        return text.encode("ascii") + _SOFT_BREAK
    return encode_static(text)


def _utf8(text: str) -> bytes:
    """The text in UTF-8 with bare LF; what UTF-8 cannot say becomes a question mark."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace")


def _fits(raw: bytes) -> bool:
    """Whether the lines can travel as they are.

    "From " at the start of a line is altered by mbox storage on the way, which breaks signatures.
    """
    if raw.startswith(b"From ") or b"\nFrom " in raw:
        return False
    return max(map(len, raw.split(b"\n"))) <= LONGEST_LINE


def _quote(raw: bytes, strange: bytes) -> bytes:
    """Quoted-printable with CRLF; the last line keeps room for a soft break."""
    kinds = set(strange)
    if len(kinds) > _FEW:
        # The "a" stands for what follows: without it the last line may fill all 76.
        quoted = binascii.b2a_qp(raw + b"a")[:-1].replace(b"\n", b"\r\n")
    else:
        raw = raw.replace(b"=", b"=3D")
        for kind in kinds:
            raw = raw.replace(bytes((kind,)), b"=%02X" % kind)
        quoted = b"\r\n".join([_line(line) for line in raw.split(b"\n")])
    if b"From " in quoted:
        quoted = re.sub(rb"(?m)^From ", b"=46rom =\r\n", quoted)
    return quoted


def _line(line: bytes) -> bytes:
    if line[-1:] in (b" ", b"\t"):
        line = line[:-1] + (b"=20" if line[-1] == 32 else b"=09")
    if len(line) < QUOTED_LINE:
        return line
    if len(line) > 148:
        return _SOFT_BREAK.join(_cut(line))
    # One cut, the usual case, is half the price without the regex.
    at = 73 if line[73] == 61 else 74 if line[74] == 61 else 75
    return line[:at] + _SOFT_BREAK + line[at:]


def _ended(quoted: bytes) -> bytes:
    """The piece with its end at the start of a line."""
    if not quoted or quoted.endswith(b"\n"):
        return quoted
    return quoted + _SOFT_BREAK


def _base64(raw: bytes) -> bytes:
    # struct cuts the lines in C: 30 us where base64.encodebytes takes 75.
    encoded = binascii.b2a_base64(raw.replace(b"\n", b"\r\n"), newline=False)
    return b"\r\n".join(_lines_of(len(encoded)).unpack(encoded))


@lru_cache(maxsize=512)
def _lines_of(length: int) -> struct.Struct:
    whole, rest = divmod(length, QUOTED_LINE)
    return struct.Struct("76s" * whole + (f"{rest}s" if rest else ""))
