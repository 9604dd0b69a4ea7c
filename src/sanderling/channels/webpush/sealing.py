"""Seal a payload for one browser (RFC 8291)."""

from typing import NamedTuple

from pywebpush import WebPusher

# A push service takes 4,096 bytes (RFC 8030 7.2): the header is 86, the padding mark 1, the tag 16.
LARGEST = 4096 - 86 - 1 - 16


class Subscription(NamedTuple):
    """A browser's place at its push service; the keys are base64url, as the browser gave them."""

    endpoint: str
    p256dh: str
    auth: str


def sealed(payload: bytes, subscription: Subscription) -> bytes:
    """Return the body that only this browser can read; never the same twice."""
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    pusher = WebPusher({"endpoint": subscription.endpoint, "keys": keys})
    return bytes(pusher.encode(payload, content_encoding="aes128gcm")["body"])
