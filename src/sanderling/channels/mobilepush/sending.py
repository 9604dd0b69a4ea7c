"""Many notifications to FCM, over a few kept connections, by one access token an hour."""

import json
import queue
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from sanderling.channels.http.calling import AnswerLost, Connection, NotReached, Resolve
from sanderling.channels.http.outcomes import at, parsed
from sanderling.channels.mobilepush.accounts import LIFE, TOKEN_ADDRESS, Account
from sanderling.channels.mobilepush.outcomes import receipt_of
from sanderling.channels.receipts import Receipt, Status

ENDPOINT = "https://fcm.googleapis.com"
CONNECTIONS = 8
FORM = "application/x-www-form-urlencoded"


class Outgoing(NamedTuple):
    """One notification, finished (``payloads.message_of``)."""

    message: Mapping[str, Any]
    key: Any = None


class Sender:
    """Connections to FCM for one project; of use to one thread at a time."""

    def __init__(self, account: Account, *, resolve: Resolve, endpoint: str = ENDPOINT) -> None:
        self.account, self.endpoint = account, endpoint
        self._resolve = resolve
        self._access, self._until = "", 0.0
        self._idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._connections = [Connection(endpoint, resolve=resolve) for _ in range(CONNECTIONS)]
        for connection in self._connections:
            self._idle.put(connection)
        self._refused = threading.Event()

    def send_many(self, messages: Iterable[Outgoing]) -> Iterator[tuple[Outgoing, Receipt]]:
        """Hand notifications over; yield each with its receipt."""
        self._refused.clear()
        waiting = list(messages)
        if trouble := self._sign_in():
            yield from ((message, trouble) for message in waiting)
            return
        with ThreadPoolExecutor(CONNECTIONS, "fcm") as workers:
            yield from zip(waiting, workers.map(self._sent, waiting), strict=True)

    def close(self) -> None:
        """Hang up everywhere."""
        for connection in self._connections:
            connection.close()

    def _sign_in(self) -> Receipt | None:
        """Fetch an access token where there is none; return why there is still none."""
        if time.monotonic() < self._until:
            return None
        address = TOKEN_ADDRESS if self.endpoint == ENDPOINT else f"{self.endpoint}/token"
        connection = Connection(address, resolve=self._resolve)
        try:
            body = self.account.assertion(address)
            answer = connection.ask("POST", "/token", body=body, headers={"Content-Type": FORM})
        except (NotReached, AnswerLost) as silence:
            return Receipt(Status.DEFERRED, 0, silence.message)
        finally:
            connection.close()
        access = at(parsed(answer.body), "access_token")
        if answer.status != 200 or not isinstance(access, str):
            said = f"Google does not accept the key file. ({answer.status})"
            return Receipt(Status.DEFERRED, 0, said)
        life = at(parsed(answer.body), "expires_in")
        life = life if isinstance(life, int) else LIFE
        self._access, self._until = access, time.monotonic() + max(0, life - 300)
        return None

    def _sent(self, message: Outgoing) -> Receipt:
        if self._refused.is_set():
            return Receipt(Status.DEFERRED, 0, "Firebase did not answer the messages before.")
        connection = self._idle.get()
        try:
            answer = connection.ask(
                "POST",
                f"/v1/projects/{self.account.project}/messages:send",
                body=json.dumps({"message": message.message}, ensure_ascii=False).encode(),
                headers={
                    "Authorization": f"Bearer {self._access}",
                    "Content-Type": "application/json",
                },
            )
        except NotReached as silence:
            self._refused.set()
            return Receipt(Status.DEFERRED, 0, silence.message)
        except AnswerLost as lost:
            return Receipt(Status.UNKNOWN, 0, lost.message)
        finally:
            self._idle.put(connection)
        receipt = receipt_of(answer)
        if receipt.status is Status.DEFERRED and not receipt.code:
            self._refused.set()
            self._until = 0.0  # another token may be accepted
        return receipt
