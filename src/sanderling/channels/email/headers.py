"""Header fields: words in any alphabet, addresses, and no way to smuggle in another header.

Every value that reaches a message passes `field` or `mailbox_field`. A line break or control
character in it is an error of that message and never cleaned away silently: whoever put it there
either made a mistake that the author must see, or is attacking.
"""

import binascii
import re
from functools import lru_cache
from typing import NamedTuple

import idna

from sanderling.lib.errors import SanderlingError

# RFC 2047, 2: an encoded word has at most 75 characters; 45 bytes make 60 of base64 and leave
# room for the frame. RFC 5322, 2.1.1: lines should stay within 78.
_WORD_BYTES = 45
_LINE = 76

_control = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]").search
_name_is_valid = re.compile(r"[!-9;-~]+").fullmatch
_atoms = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]*").fullmatch
# RFC 5321 allows quoted local parts; nobody has one, and every parser differs over them.
_address_is_valid = re.compile(
    r"[^\s<>\"(),:;@\\\[\]\x00-\x1f\x7f]+@[^\s<>\"(),:;@\\\x00-\x1f\x7f]+"
)


class BadHeader(SanderlingError):
    """A header field of the message cannot be written."""


class Mailbox(NamedTuple):
    """An address and, where known, the name shown with it."""

    address: str
    name: str = ""


def field(name: str, value: str) -> bytes:
    """One unstructured header field (Subject and the like), encoded, folded, with its CRLF."""
    if not _name_is_valid(name):
        raise BadHeader(f"“{name}” is not a header name.")
    return f"{name}: {_unstructured(name, value)}\r\n".encode()


def verbatim(name: str, value: str) -> bytes:
    """One field whose value is ASCII in a syntax of its own (Message-ID, List-Unsubscribe)."""
    _refuse_control(name, value)
    if not value.isascii():
        raise BadHeader(f"{name} may hold ASCII only, not “{value}”.")
    return f"{name}: {value}\r\n".encode("ascii")


def mailbox_field(name: str, mailbox: Mailbox) -> bytes:
    """One field that holds one address (From, To, Reply-To), with its CRLF."""
    address = wire_address(mailbox.address)
    shown = mailbox.name.strip()
    if not shown:
        return f"{name}: {address}\r\n".encode()
    _refuse_control(name, shown)
    phrase = _phrase(shown)
    gap = "\r\n " if len(name) + len(phrase) + len(address) + 5 > _LINE else " "
    return f"{name}: {phrase}{gap}<{address}>\r\n".encode()


@lru_cache(maxsize=4096)
def _wire_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise BadHeader(f"“{domain}” is not a domain name.") from None


def wire_address(address: str) -> str:
    """The address as servers write it: the domain in ASCII; the local part may stay UTF-8.

    Raises BadHeader for anything that is not exactly one plain address.
    """
    if not _address_is_valid.fullmatch(address) or len(address) > 320:
        raise BadHeader(f"“{address}” is not an e-mail address.")
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    return f"{local}@{_wire_domain(domain)}"


def _refuse_control(name: str, value: str) -> None:
    if _control(value):
        raise BadHeader(f"{name} contains a line break or control character: {value!r}.")


def _unstructured(name: str, value: str) -> str:
    _refuse_control(name, value)
    if not value.isascii() or "=?" in value:
        return _encoded_words(value, used=len(name) + 2)
    if len(name) + len(value) + 2 <= _LINE:
        return value
    return _folded(name, value)


def _folded(name: str, value: str) -> str:
    """ASCII broken at its single spaces; a run without spaces beyond any limit is encoded."""
    lines, line = [], ""
    room = _LINE - len(name) - 2
    for word in value.split(" "):
        if line.strip() and len(line) + 1 + len(word) > room:
            lines.append(line)
            line, room = word, _LINE - 1
        else:
            line = f"{line} {word}" if line or lines else word
    lines.append(line)
    if max(map(len, lines)) > 900 or not all(line.strip() for line in lines):
        return _encoded_words(value, used=len(name) + 2)
    return "\r\n ".join(lines)


@lru_cache(maxsize=4096)
def _phrase(shown: str) -> str:
    """A display name: plain words, a quoted string, or encoded words."""
    if not shown.isascii() or "=?" in shown or len(shown) > 60:
        return _encoded_words(shown, used=16)
    if _atoms(shown):
        return shown
    escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded_words(value: str, *, used: int) -> str:
    """RFC 2047 words of UTF-8 in base64, cut between characters, one to a line."""
    words = []
    room = min(_WORD_BYTES, (_LINE - used - 12) // 4 * 3)
    rest = value.encode("utf-8", "replace")
    while rest:
        cut = _character_boundary(rest, max(room, 4))
        encoded = binascii.b2a_base64(rest[:cut], newline=False).decode("ascii")
        words.append(f"=?utf-8?B?{encoded}?=")
        rest, room = rest[cut:], _WORD_BYTES
    return "\r\n ".join(words)


def _character_boundary(raw: bytes, cut: int) -> int:
    if cut >= len(raw):
        return len(raw)
    while raw[cut] & 0xC0 == 0x80:
        cut -= 1
    return cut
