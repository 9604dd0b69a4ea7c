"""Secrets at rest: AES-256-GCM in an envelope.

Every secret has a key of its own, which the installation's key (named by an id) wraps.  Turning
to a new installation key therefore rewraps 32 bytes a secret and never touches the secret itself.
Both layers are bound to a context such as ``connector:7:password:v1``: a sealed value that is
copied to another row or field does not open there.

Shape of a sealed value: ``1`` (version), length and text of the key id, then nonce and wrapped
key (12 + 48 bytes), then nonce and ciphertext (12 + n + 16 bytes).
"""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sanderling.lib.errors import SanderlingError

VERSION = 1
NONCE = 12
WRAPPED = NONCE + 32 + 16
KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")


class CannotUnseal(SanderlingError):
    """A stored credential cannot be opened with the keys of this installation."""

    status = 500
    code = "cannot_unseal"


class BadKeyring(SanderlingError):
    """The sealing keys cannot be used."""

    status = 500
    code = "bad_keyring"


@dataclass(frozen=True)
class Keyring:
    """The installation's keys by id; the first one seals, all of them open."""

    keys: dict[str, bytes]

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read ``id:base64`` words, the newest first, as they stand in the setting or its file.

        Raises BadKeyring; the message never holds key material.
        """
        words = text.split()
        if not words:
            raise BadKeyring("There is no sealing key: write one as id:base64 of 32 bytes.")
        pairs = [_key_of(word, number) for number, word in enumerate(words, start=1)]
        if len(dict(pairs)) != len(pairs):
            raise BadKeyring("Two sealing keys have the same id.")
        return cls(dict(pairs))

    @classmethod
    def fresh(cls, key_id: str = "k1") -> Self:
        """Make a keyring of one new key."""
        return cls({key_id: secrets.token_bytes(32)})

    def to_text(self) -> str:
        """Return the keyring as ``from_text`` reads it."""
        return " ".join(
            f"{key_id}:{base64.urlsafe_b64encode(key).decode()}"
            for key_id, key in self.keys.items()
        )

    @property
    def newest(self) -> str:
        """The id of the key that seals."""
        return next(iter(self.keys))

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self.keys)})"


def seal(plain: str | bytes, *, context: str, keyring: Keyring) -> bytes:
    """Return the secret sealed for this context with the newest key."""
    content = plain.encode() if isinstance(plain, str) else plain
    own = secrets.token_bytes(32)
    wrapped = _encrypted(own, keyring.keys[keyring.newest], context)
    return _header(keyring.newest) + wrapped + _encrypted(content, own, context)


def unseal(sealed: bytes | memoryview, *, context: str, keyring: Keyring) -> bytes:
    """Return the secret.

    Raises CannotUnseal when its key is missing, it was changed, or it belongs to another context.
    """
    _, own, content = _opened(bytes(sealed), context, keyring)
    return _decrypted(content, own, context)


def unseal_text(sealed: bytes | memoryview, *, context: str, keyring: Keyring) -> str:
    """Return the secret as text."""
    return unseal(sealed, context=context, keyring=keyring).decode()


def rewrap(sealed: bytes | memoryview, *, context: str, keyring: Keyring) -> bytes:
    """Return the same sealed secret under the newest key; the secret is not opened."""
    key_id, own, content = _opened(bytes(sealed), context, keyring)
    if key_id == keyring.newest:
        return bytes(sealed)
    wrapped = _encrypted(own, keyring.keys[keyring.newest], context)
    return _header(keyring.newest) + wrapped + content


def key_id_of(sealed: bytes | memoryview) -> str:
    """Return the id of the key that a sealed value waits for."""
    return _split(bytes(sealed))[0]


def keys_in_use(sealed: Iterable[bytes | memoryview]) -> set[str]:
    """Return the key ids that must not be dropped from the keyring yet."""
    return {key_id_of(value) for value in sealed}


def _key_of(word: str, number: int) -> tuple[str, bytes]:
    key_id, _, text = word.partition(":")
    try:
        key = base64.b64decode(text, altchars=b"-_", validate=True)
    except binascii.Error:
        key = b""
    if not KEY_ID.fullmatch(key_id) or len(key) != 32:
        raise BadKeyring(f"Sealing key number {number} is not of the form id:base64 of 32 bytes.")
    return key_id, key


def _header(key_id: str) -> bytes:
    return bytes([VERSION, len(key_id)]) + key_id.encode("ascii")


def _encrypted(content: bytes, key: bytes, context: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, context.encode())


def _decrypted(content: bytes, key: bytes, context: str) -> bytes:
    try:
        return AESGCM(key).decrypt(content[:NONCE], content[NONCE:], context.encode())
    except InvalidTag:
        raise CannotUnseal(
            f"The stored secret of {context} was changed or belongs to another place."
        ) from None


def _opened(sealed: bytes, context: str, keyring: Keyring) -> tuple[str, bytes, bytes]:
    """Return the key id, the secret's own key and the sealed content."""
    key_id, wrapped, content = _split(sealed)
    if key_id not in keyring.keys:
        raise CannotUnseal(f"The secret of {context} waits for the sealing key {key_id!r}.")
    return key_id, _decrypted(wrapped, keyring.keys[key_id], context), content


def _split(sealed: bytes) -> tuple[str, bytes, bytes]:
    begin = 2 + sealed[1] if len(sealed) > 1 else 2
    if len(sealed) < begin + WRAPPED + NONCE + 16 or sealed[0] != VERSION:
        raise CannotUnseal("The stored secret is cut off or not a sealed value.")
    key_id = sealed[2:begin].decode("ascii", errors="replace")
    return key_id, sealed[begin : begin + WRAPPED], sealed[begin + WRAPPED :]
