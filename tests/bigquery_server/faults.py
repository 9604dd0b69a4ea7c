"""Failures to order: which request, how often, and what happens instead of (or after) it."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bigquery_server.messages import Answer, Request
from bigquery_server.refusals import Refused

Deed = Callable[[Request], None]


class Cut(Exception):
    """The line goes dead here."""


@dataclass
class Fault:
    """Something that happens to requests whose ``METHOD /path?query`` matches."""

    pattern: str
    deed: Deed
    after: bool = False  # the request is served, and only the answer is lost
    skip: int = 0
    times: int = 1

    def strikes(self, request: Request) -> bool:
        if not re.search(self.pattern, request.line):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if not self.times:
            return False
        self.times -= 1
        return True


def status(code: int, reason: str = "backendError", message: str = "Try again.") -> Deed:
    """Answer with an error."""

    def deed(_request: Request) -> None:
        raise Refused(code, reason, message)

    return deed


def cut(_request: Request) -> None:
    """Close the connection without a word, in the middle of a body."""
    raise Cut


dropped = cut  # with after=True: served, and the answer lost


def slow(seconds: float) -> Deed:
    """Answer late."""
    return lambda _request: time.sleep(seconds)


@dataclass
class Faults:
    """The failures that are ordered, and the requests that were seen."""

    ordered: list[Fault] = field(default_factory=list)
    seen: list[Request] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def order(self, pattern: str, deed: Deed, **how: object) -> Fault:
        fault = Fault(pattern, deed, **how)  # type: ignore[arg-type]
        self.ordered.append(fault)
        return fault

    def clear(self) -> None:
        self.ordered.clear()
        self.seen.clear()

    def around(self, request: Request, serve: Callable[[Request], Answer]) -> Answer:
        """Serve a request with what was ordered for it."""
        with self._lock:
            self.seen.append(request)
            struck = [fault for fault in self.ordered if fault.strikes(request)]
        for fault in struck:
            if not fault.after:
                fault.deed(request)
        answer = serve(request)
        for fault in struck:
            if fault.after:
                fault.deed(request)
        return answer
