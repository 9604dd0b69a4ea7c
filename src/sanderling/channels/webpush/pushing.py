"""Hand messages to push services, a few at a time.

The address of a push service is a browser's word, and anybody can be a browser: it is judged
before it is connected to, and a host that does not answer costs one wait, not one for every
message.  Such silence is told as an answer ("later"): it speaks of that browser's service, and
must not hold everybody's pushes.
"""

import queue
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from py_vapid import VapidException

from sanderling.channels.http.calling import AnswerLost, Connection, NotReached, Resolve
from sanderling.channels.outcomes import Kind
from sanderling.channels.receipts import Receipt, Status
from sanderling.channels.webpush.outcomes import receipt_of
from sanderling.channels.webpush.sealing import Subscription, sealed
from sanderling.channels.webpush.signing import Signer
from sanderling.lib.hosts import HostRefused

CONNECTIONS = 8
SILENT = 503
USUAL_LIFE = 24 * 3600


class Outgoing(NamedTuple):
    """One message: `payload` as the service worker reads it, `ttl` in seconds."""

    subscription: Subscription
    payload: bytes
    key: Any = None
    ttl: int = USUAL_LIFE


class Sender:
    """Pushes for one site; connections are kept between messages."""

    def __init__(
        self, signer: Signer, *, resolve: Resolve, ca_file: str = "", connections: int = CONNECTIONS
    ) -> None:
        self._signer = signer
        self._resolve = resolve
        self._ca_file = ca_file
        self._size = connections
        self._idle: dict[str, queue.LifoQueue[Connection]] = defaultdict(queue.LifoQueue)
        self._silent: set[str] = set()
        self._lock = threading.Lock()

    def send_many(self, messages: Iterable[Outgoing]) -> Iterator[tuple[Outgoing, Receipt]]:
        """Hand messages over; yield each with its receipt."""
        self._silent.clear()
        waiting = list(messages)
        with ThreadPoolExecutor(self._size, "webpush") as workers:
            yield from zip(waiting, workers.map(self._sent, waiting), strict=True)

    def close(self) -> None:
        """Hang up everywhere."""
        for idle in self._idle.values():
            while not idle.empty():
                idle.get_nowait().close()

    def _sent(self, message: Outgoing) -> Receipt:
        origin, target = _parts(message.subscription.endpoint)
        if origin in self._silent:
            return Receipt(Status.DEFERRED, SILENT, "The push service did not answer just now.")
        try:
            body = sealed(message.payload, message.subscription)
            authorization = self._signer.authorization(origin)
        except (ValueError, TypeError, VapidException) as odd:  # a browser's word is anybody's
            return Receipt(Status.REFUSED, 0, f"No subscription: {odd}", kind=Kind.HARD_BOUNCE)
        headers = {
            "TTL": str(message.ttl),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Urgency": "normal",
            "Authorization": authorization,
        }
        try:
            with self._connection(origin) as connection:
                answer = connection.ask("POST", target, body=body, headers=headers)
        except (NotReached, AnswerLost) as silence:
            return self._silence(origin, silence)
        return receipt_of(answer)

    def _silence(self, origin: str, silence: NotReached | AnswerLost) -> Receipt:
        """A push that came twice is shown once (its tag), so it may be tried again."""
        if isinstance(silence.__cause__, HostRefused):
            return Receipt(Status.REFUSED, 0, silence.message, kind=Kind.HARD_BOUNCE)
        self._silent.add(origin)
        return Receipt(Status.DEFERRED, SILENT, silence.message)

    @contextmanager
    def _connection(self, origin: str) -> Iterator[Connection]:
        with self._lock:
            idle = self._idle[origin]
        try:
            connection = idle.get_nowait()
        except queue.Empty:
            connection = Connection(origin, resolve=self._resolve, ca_file=self._ca_file)
        try:
            yield connection
        finally:
            idle.put(connection)


def _parts(endpoint: str) -> tuple[str, str]:
    parts = urlsplit(endpoint)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return f"{parts.scheme}://{parts.netloc}", target
