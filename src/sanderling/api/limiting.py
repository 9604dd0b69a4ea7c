"""Rate limits per organisation (api.md §1.7): a token bucket of one second, per process.

A process counts for itself: asking the database at every call would cost as much as the call.
With N processes the limit is therefore N times as wide; it protects the server, not a tariff.
"""

import threading
import time
from dataclasses import dataclass

from django.conf import settings

DEFAULT = "other"
PER_SECOND = {
    DEFAULT: 200,
    "contact id by token": 150,
    "contacts": 50,
    "event": 350,
    "past events": 100,
    "delete past events": 5,
    "interactions": 300,
    "contact messages": 10,
    "stored email": 10,
    "tracker": 500,  # events of the visitors of one site
    "tracker people": 20,  # of which this many may make a contact or a subscription
}


FACTOR: int = settings.API_LIMITS_FACTOR


@dataclass(slots=True)
class Bucket:
    """How many calls are left, and when that was true."""

    left: float
    at: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call may go on, and what its answer says about the limit."""

    allowed: bool
    limit: int
    left: int
    retry_after: float

    def headers(self) -> dict[str, str]:
        """Return the headers of the answer."""
        shown = {"X-RateLimit-Limit": str(self.limit), "X-RateLimit-Remaining": str(self.left)}
        if not self.allowed:
            shown["Retry-After"] = str(max(1, round(self.retry_after)))
        return shown


class Limits:
    """The buckets of one process."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[int, str], Bucket] = {}
        self._lock = threading.Lock()

    def take(self, organisation_id: int, name: str) -> Verdict:
        """Take one call from a bucket that fills itself up every second."""
        name = name or DEFAULT
        limit = getattr(settings, "API_LIMITS", {}).get(name, PER_SECOND[name] * FACTOR)
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.setdefault((organisation_id, name), Bucket(limit, now))
            bucket.left = min(limit, bucket.left + (now - bucket.at) * limit)
            bucket.at = now
            if bucket.left < 1:
                return Verdict(False, limit, 0, (1 - bucket.left) / limit)
            bucket.left -= 1
            return Verdict(True, limit, int(bucket.left), 0)


LIMITS = Limits()
