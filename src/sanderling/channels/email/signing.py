"""DKIM signatures (RFC 6376, RFC 8463), relaxed in header and body.

dkimpy signs 130 messages of 24 kB a second, RSA-2048 through `cryptography` 3,200, Ed25519 11,000
(bench/composing.py): the difference is in not parsing the message. Tests hold our signatures
against dkimpy's verifier.

The RSA operation takes 0.3 ms and holds the interpreter's lock (two threads signed less than
one), so it bounds a process at some 2,000 messages a second, sending included; a sender in need
of more runs more workers. Not every large receiver verifies Ed25519, so it is no substitute yet.
"""

import hashlib
import re
import time
from base64 import b64encode
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from sanderling.lib.errors import SanderlingError

# Fields worth protecting where present (RFC 6376, 5.4.1; RFC 8058 demands the two of the list).
SIGNED = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"reply-to",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"feedback-id",
    b"mime-version",
    b"content-type",
)
# Named once more than present, so that nobody can add a second one (RFC 6376, 8.15).
SEALED = (b"from", b"to", b"subject", b"date", b"message-id", b"reply-to")

_domain_is_valid = re.compile(r"[a-z0-9._-]+\.[a-z0-9-]+", re.IGNORECASE).fullmatch
_selector_is_valid = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?", re.IGNORECASE).fullmatch
_spaces = re.compile(rb"[ \t]+")


class BadKey(SanderlingError):
    """The signing key, domain or selector cannot be used."""


class Signer:
    """Signs messages for one domain with one key."""

    def __init__(
        self,
        domain: str,
        selector: str,
        *,
        private_key: str | bytes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`private_key` is PEM: RSA of 1024 bits or more (2048 advised), or Ed25519."""
        if not _domain_is_valid(domain) or not _selector_is_valid(selector):
            raise BadKey(f"“{selector}._domainkey.{domain}” is not a DNS name.")
        self.domain, self.selector = domain, selector
        self._key = _load(private_key)
        self._clock = clock
        algorithm = "rsa-sha256" if isinstance(self._key, rsa.RSAPrivateKey) else "ed25519-sha256"
        self._opening = (
            f"v=1; a={algorithm}; c=relaxed/relaxed; d={domain};\r\n s={selector}; t="
        ).encode("ascii")

    @property
    def record_name(self) -> str:
        """The DNS name under which the record is to be published."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The TXT record to publish, in one piece."""
        public = self._key.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            der = public.public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return f"v=DKIM1; k=rsa; p={b64encode(der).decode()}"
        return f"v=DKIM1; k=ed25519; p={b64encode(public.public_bytes_raw()).decode()}"

    def sign(self, message: bytes) -> bytes:
        """The message with a DKIM-Signature in front; CRLF line ends are expected."""
        head, _, body = message.partition(b"\r\n\r\n")
        fields = _fields_of(head)
        names = [name for name in SIGNED if name in fields] + list(SEALED)
        value = self._unsigned(names, _digest(body))
        signed = [fields[name] for name in SIGNED if name in fields]
        signed.append(b"dkim-signature:" + _spaces.sub(b" ", value.replace(b"\r\n", b"")))
        signature = _folded(b64encode(self._signature_of(b"\r\n".join(signed))))
        return b"DKIM-Signature: " + value + signature + b"\r\n" + message

    def _unsigned(self, names: list[bytes], digest: bytes) -> bytes:
        return b"%b%d;\r\n h=%b;\r\n bh=%b;\r\n b=" % (
            self._opening,
            int(self._clock()),
            _listed(names),
            digest,
        )

    def _signature_of(self, content: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        # RFC 8463, 3: Ed25519 signs the SHA-256 digest, not the text.
        return self._key.sign(hashlib.sha256(content).digest())


def new_key(*, ed25519_key: bool = False) -> str:
    """A fresh private key in PEM: RSA of 2048 bits, or Ed25519."""
    key = (
        ed25519.Ed25519PrivateKey.generate()
        if ed25519_key
        else rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode("ascii")


def _load(pem: str | bytes) -> rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey:
    raw = pem.encode() if isinstance(pem, str) else pem
    try:
        key = serialization.load_pem_private_key(raw, password=None)
    except (ValueError, TypeError):
        raise BadKey("The signing key is not an unencrypted private key in PEM form.") from None
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadKey("The signing key is neither RSA nor Ed25519.")
    if key.key_size < 1024:
        raise BadKey("The signing key is shorter than 1024 bits, which receivers reject.")
    return key


def _fields_of(head: bytes) -> dict[bytes, bytes]:
    """Each field in relaxed form (RFC 6376, 3.4.2) by lower-case name.

    Of a name that occurs twice the last counts, as a verifier reads from the bottom.
    """
    fields = {}
    for line in head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ").split(b"\r\n"):
        name, _, value = line.partition(b":")
        name = name.strip().lower()
        fields[name] = name + b":" + _spaces.sub(b" ", value).strip(b" ")
    return fields


def _digest(body: bytes) -> bytes:
    """The body hash of the relaxed form (RFC 6376, 3.4.4), by replacing in C, not by regex."""
    if b"\t" in body:
        body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    if b" \r\n" in body:
        body = body.replace(b" \r\n", b"\r\n")
    body = body.rstrip(b"\r\n ")
    return b64encode(hashlib.sha256(body + b"\r\n" if body else b"").digest())


def _listed(names: list[bytes]) -> bytes:
    half = len(names) // 2
    return b":".join(names[:half]) + b":\r\n " + b":".join(names[half:])


def _folded(signature: bytes) -> bytes:
    return b"\r\n ".join([signature[at : at + 72] for at in range(0, len(signature), 72)])
