"""Say who we are to push services (VAPID, RFC 8292).

A token is for one push service and may live for a day; signing one for every message would cost
more than sealing it.
"""

import threading
import time

from py_vapid import Vapid02

LIFE = 12 * 3600
RENEWED = LIFE // 2


class Signer:
    """Signs with one site's key.  ``contact`` is whom a push service may write to (a URI)."""

    def __init__(self, pem: str, contact: str) -> None:
        self._key = Vapid02.from_pem(pem.encode())
        self._key.conf = {"no-strict": True}  # RFC 8292 allows a port in the contact's address
        self._contact = contact
        self._known: dict[str, tuple[float, str]] = {}
        self._lock = threading.Lock()

    def authorization(self, origin: str) -> str:
        """Return the header for a push service (``https://push.example``)."""
        now = time.time()
        with self._lock:
            until, header = self._known.get(origin, (0.0, ""))
            if until < now:
                claims = {"aud": origin, "sub": self._contact, "exp": int(now) + LIFE}
                header = str(self._key.sign(claims)["Authorization"])
                self._known[origin] = (now + RENEWED, header)
        return header
