"""Rate limits per organisation (api.md §1.7): token buckets of a second or an hour, per process.

A process counts for itself: asking the database at every call would cost as much as the call.
With N processes the limit is therefore N times as wide; it protects the server, not a tariff.
"""

import threading
import time
from dataclasses import dataclass

from django.conf import settings

from sanderling.lib.errors import SanderlingError

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
    "inbox": 200,  # calls of all readers of app inboxes
    "tracker people": 20,  # of which this many may make a contact or a subscription
}
PER_HOUR = {
    "stored messages": 500,  # searches, gets and links of every channel together
}
HOUR = 3600.0


FACTOR: int = settings.API_LIMITS_FACTOR


class TooMany(SanderlingError):
    """Too many requests"""

    status = 429
    retry_after = 1


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

    def lines(self) -> str:
        """Return the headers as they stand in an answer."""
        if self.allowed:
            return f"X-RateLimit-Limit: {self.limit}\r\nX-RateLimit-Remaining: {self.left}\r\n"
        return "".join(f"{name}: {value}\r\n" for name, value in self.headers().items())


class Limits:
    """The buckets of one process."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[int, str], Bucket] = {}
        self._lock = threading.Lock()

    def take(self, organisation_id: int, name: str) -> Verdict:
        """Take one call from a bucket that fills itself up every second, or every hour."""
        name = name or DEFAULT
        limit, seconds = _rate(name)
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.setdefault((organisation_id, name), Bucket(limit, now))
            bucket.left = min(limit, bucket.left + (now - bucket.at) * limit / seconds)
            bucket.at = now
            if bucket.left < 1:
                return Verdict(False, limit, 0, (1 - bucket.left) * seconds / limit)
            bucket.left -= 1
            return Verdict(True, limit, int(bucket.left), 0)

    def require(self, organisation_id: int, name: str) -> None:
        """Take one call of a second bucket, beside the method's own; raises TooMany."""
        if not self.take(organisation_id, name).allowed:
            raise TooMany

    def put_back(self, organisation_id: int, name: str) -> None:
        """Give back a call that was taken: it will be taken again on another road."""
        with self._lock:
            if bucket := self._buckets.get((organisation_id, name or DEFAULT)):
                bucket.left += 1


def _rate(name: str) -> tuple[int, float]:
    """Return how many calls a bucket holds, and in how many seconds it fills up."""
    usual, seconds = (PER_HOUR[name], HOUR) if name in PER_HOUR else (PER_SECOND[name], 1.0)
    return settings.API_LIMITS.get(name, usual * FACTOR), seconds


LIMITS = Limits()
