"""The signed words inside tracked addresses.

A token says organisation, contact and delivery, and carries a keyed digest of them for one
purpose, so a link can be judged without asking the database, and a token for looking at a mail
cannot unsubscribe anybody.  Four of them are made for every message: 2 us each.

    <organisation>.<contact>.<delivery> in base 36, "-", 11 characters of digest
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum
from functools import cache, lru_cache
from hashlib import blake2b
from typing import NamedTuple

from django.conf import settings
from django.utils.http import base36_to_int, int_to_base36

from sanderling.lib.errors import NotFound

SHORT_DIGEST = 5  # bytes: every sign of an SMS is paid for, and a guess costs a request
DIGEST_BYTES = 8  # 64 bits: a guess at a million a second takes 300,000 years


class Purpose(StrEnum):
    """What a token is good for."""

    OPEN = "o"
    CLICK = "c"
    UNSUBSCRIBE = "u"
    VIEW = "v"
    CONFIRM = "s"  # a subscription; its third number is a question's and not a delivery's
    LINK = "l"  # a link's number within an organisation
    ADDRESS = "a"  # an address that came from data
    REPORT = "r"  # a delivery, as providers and their reports name it
    GATEWAY = "g"  # where a gateway's provider may report to
    SHORT = "k"  # a short link


class Token(NamedTuple):
    """Whose mail it is about."""

    organisation_id: int
    contact_id: int
    delivery_id: int


class BadToken(NotFound):
    """This link is not complete or not ours."""


def sign(token: Token, purpose: Purpose) -> str:
    """Return the token as text that fits into an address."""
    return signed(body_of(token), purpose)


def body_of(token: Token) -> str:
    """Return the part that all of a message's tokens share."""
    return ".".join(map(int_to_base36, token))


def signed(body: str, purpose: Purpose) -> str:
    """Return the text with its digest."""
    return f"{body}-{_digest(purpose, body)}"


def read(text: str, purpose: Purpose) -> Token:
    """Return what a signed token says; raises BadToken for anything that we did not sign."""
    body = _checked(text, purpose)
    return Token(*(base36_to_int(word) for word in body.split(".")))


def sign_link(organisation_id: int, link_id: int) -> str:
    """Return a link's number; the same for all recipients, so it is signed once a campaign."""
    body = int_to_base36(link_id)
    return f"{body}-{_digest(Purpose.LINK, f'{organisation_id}:{body}')}"


def read_link(text: str, organisation_id: int) -> int:
    """Return the number of a link of this organisation."""
    body, _, digest = text.rpartition("-")
    _require(digest, _digest(Purpose.LINK, f"{organisation_id}:{body}"))
    return base36_to_int(body)


def sign_gateway(gateway_id: int) -> str:
    """Return the word of the address at which a gateway's provider reports."""
    return signed(int_to_base36(gateway_id), Purpose.GATEWAY)


def read_gateway(text: str) -> int:
    """Return which gateway a word is of."""
    return base36_to_int(_checked(text, Purpose.GATEWAY))


def sign_short(token: Token, link_id: int) -> str:
    """Return a link of one delivery in as few signs as hold it; the organisation is the row's."""
    numbers = b"".join(map(_packed, (token.contact_id, token.delivery_id, link_id)))
    digest = _keyed(Purpose.SHORT).copy()
    digest.update(numbers)
    return urlsafe_b64encode(numbers + digest.digest()[:SHORT_DIGEST]).rstrip(b"=").decode()


def read_short(text: str) -> tuple[int, int, int]:
    """Return contact, delivery and number of the link; raises BadToken."""
    try:
        whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise BadToken from None
    numbers, given = whole[:-SHORT_DIGEST], whole[-SHORT_DIGEST:]
    digest = _keyed(Purpose.SHORT).copy()
    digest.update(numbers)
    if len(given) < SHORT_DIGEST or not hmac.compare_digest(given, digest.digest()[:SHORT_DIGEST]):
        raise BadToken
    contact, delivery, link = _unpacked(numbers)
    return contact, delivery, link


@lru_cache(maxsize=4096)
def sign_address(organisation_id: int, url: str) -> str:
    """Return the digest of an address that came from data: no other may be redirected to."""
    return _digest(Purpose.ADDRESS, f"{organisation_id}:{url}")


def check_address(digest: str, organisation_id: int, url: str) -> None:
    """Raise BadToken unless we put this very address into a message of the organisation."""
    _require(digest, sign_address(organisation_id, url))


def _packed(number: int) -> bytes:
    """Return a number in groups of seven bits, the last one first (LEB128)."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _unpacked(packed: bytes) -> list[int]:
    numbers, number, shift = [], 0, 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number)
            number, shift = 0, 0
    return numbers


def _checked(text: str, purpose: Purpose) -> str:
    body, _, digest = text.rpartition("-")
    _require(digest, _digest(purpose, body))
    return body


def _require(given: str, right: str) -> None:
    if not hmac.compare_digest(given.encode(), right.encode()):
        raise BadToken


def _digest(purpose: Purpose, text: str) -> str:
    hasher = _keyed(purpose).copy()
    hasher.update(text.encode())
    return urlsafe_b64encode(hasher.digest()).rstrip(b"=").decode().replace("-", "~")


@cache
def _keyed(purpose: Purpose) -> blake2b:
    key = blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"tracking").digest()
    return blake2b(key=key, digest_size=DIGEST_BYTES, person=purpose.encode())
