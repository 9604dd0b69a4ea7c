"""A browser that subscribed, and what its push service sees: written from the RFCs, by hand."""

import base64
import json
import os
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Browser:
    """Has a key pair and a secret, and can open what was sealed for it (RFC 8291)."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)

    @property
    def point(self) -> bytes:
        return self._key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )  # fmt: skip

    @property
    def subscription(self) -> dict[str, Any]:
        keys = {"p256dh": word(self.point), "auth": word(self._auth)}
        return {"endpoint": self.endpoint, "keys": keys}

    def opened(self, body: bytes) -> Any:
        """Return the message of a body; raises when it was sealed for another one."""
        salt, length, size = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, content = body[21 : 21 + size], body[21 + size :]
        assert len(content) <= length <= 4096
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self._key.exchange(ec.ECDH(), theirs)
        secret = _derived(shared, self._auth, b"WebPush: info\0" + self.point + sender, 32)
        key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, content, None)
        plain, mark, _ = padded.rpartition(b"\2")
        assert mark
        return json.loads(plain)


def claims_of(authorization: str, public_key: str) -> dict[str, Any]:
    """Return the claims of a VAPID header; raises unless this key signed them (RFC 8292)."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(one.strip().split("=", 1) for one in rest.split(","))
    assert (scheme, parts["k"]) == ("vapid", public_key)
    head, body, signature = parts["t"].split(".")
    assert json.loads(raw(head))["alg"] == "ES256"
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(public_key))
    signed = raw(signature)
    pair = utils.encode_dss_signature(int.from_bytes(signed[:32]), int.from_bytes(signed[32:]))
    key.verify(pair, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    return json.loads(raw(body))


def word(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derived(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    return HKDF(hashes.SHA256(), size, salt, info).derive(secret)
