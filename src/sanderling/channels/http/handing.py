"""Many messages to one provider: a request each, over a few connections at once.

A provider answers in 50 to 300 ms, so one connection would carry ten messages a second; eight
carry eighty, and most providers allow no more to an account.
"""

import base64
import json
import queue
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from sanderling.channels.http.calling import AnswerLost, Connection, NotReached, Resolve
from sanderling.channels.http.describing import Description
from sanderling.channels.http.filling import filled, filled_address, filled_header
from sanderling.channels.http.outcomes import receipt_of
from sanderling.channels.receipts import Receipt, Status

CONNECTIONS = 8


class Outgoing(NamedTuple):
    """One message; `values` fill the description, among them `key`, our own name for it.

    The key is the same whenever this message is handed over again.
    """

    values: Mapping[str, Any]
    key: Any = None


class Pool:
    """Connections to one provider, kept between chunks; of use to one thread at a time."""

    def __init__(
        self,
        description: Description,
        *,
        resolve: Resolve,
        ca_file: str = "",
        connections: int = CONNECTIONS,
    ) -> None:
        self.description = description
        self._idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._connections = [
            Connection(description.url, resolve=resolve, ca_file=ca_file)
            for _ in range(connections)
        ]
        for connection in self._connections:
            self._idle.put(connection)
        self._refused = threading.Event()

    def send_many(self, messages: Iterable[Outgoing]) -> Iterator[tuple[Outgoing, Receipt]]:
        """Hand messages over; yield each with its receipt.

        When nobody answers, the rest is not tried: it comes back as put off without an answer.
        """
        self._refused.clear()
        waiting = list(messages)
        if len(waiting) == 1:
            yield waiting[0], self._sent(waiting[0])
            return
        with ThreadPoolExecutor(len(self._connections), "gateway") as workers:
            yield from zip(waiting, workers.map(self._sent, waiting), strict=True)

    def close(self) -> None:
        """Hang up everywhere."""
        for connection in self._connections:
            connection.close()

    def _sent(self, message: Outgoing) -> Receipt:
        if self._refused.is_set():
            return Receipt(Status.DEFERRED, 0, "The gateway did not answer the messages before.")
        with self._connection() as connection:
            try:
                answer = connection.ask(**request_of(self.description, message.values))
            except NotReached as silence:
                self._refused.set()
                return Receipt(Status.DEFERRED, 0, silence.message)
            except AnswerLost as lost:
                return self._lost(lost)
        receipt = receipt_of(answer, self.description)
        if receipt.status is Status.DEFERRED and not receipt.code:
            self._refused.set()
        return receipt

    def _lost(self, lost: AnswerLost) -> Receipt:
        if self.description.is_idempotent:
            return Receipt(Status.DEFERRED, 0, lost.message)
        return Receipt(Status.UNKNOWN, 0, lost.message)

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        connection = self._idle.get()
        try:
            yield connection
        finally:
            self._idle.put(connection)


def request_of(description: Description, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request for a message: method, target, body and headers."""
    body = filled(dict(description.body), values)
    headers = {
        "User-Agent": "Sanderling",
        "Accept": "application/json",
        **{name: filled_header(text, values) for name, text in description.headers.items()},
    }
    if description.is_idempotent:
        headers.setdefault("Idempotency-Key", str(values.get("key", "")))
    if description.user:
        pair = filled_header(f"{description.user}:{description.password}", values).encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    target = _target(filled_address(description.url, values))
    if description.method == "GET":
        more = urlencode(_flat(body))
        target += ("&" if "?" in target else "?") + more if more else ""
        return {"method": "GET", "target": target, "body": b"", "headers": headers}
    content, media = _encoded(description.form, body)
    return {
        "method": description.method,
        "target": target,
        "body": content,
        "headers": {"Content-Type": media, **headers},
    }


def _encoded(form: str, body: Mapping[str, Any]) -> tuple[bytes, str]:
    if form == "form":
        return urlencode(_flat(body), doseq=True).encode(), "application/x-www-form-urlencoded"
    return json.dumps(body, ensure_ascii=False).encode(), "application/json"


def _flat(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form's members: what is no text is written as JSON writes it."""
    return {
        name: value if isinstance(value, str | list) else json.dumps(value)
        for name, value in body.items()
    }


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
