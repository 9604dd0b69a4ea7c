"""Why another database did not serve us, in one vocabulary for all kinds of databases."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from sanderling.lib.errors import SanderlingError


class Cause(StrEnum):
    """Why a database could not be used."""

    HOST = "HOST"  # malformed, or in a network that is not allowed
    DNS = "DNS"
    REFUSED = "REFUSED"
    TIMEOUT = "TIMEOUT"
    TLS = "TLS"
    PASSWORD = "PASSWORD"  # noqa: S105 - a word, no secret
    DATABASE = "DATABASE"  # there is no such database
    PERMISSION = "PERMISSION"
    TABLE = "TABLE"  # a table or column is not there (any more)
    QUERY = "QUERY"  # the database refuses the question
    BUSY = "BUSY"  # all our connections to it are in use, or it takes no more
    LOST = "LOST"  # the connection broke
    PAUSED = "PAUSED"  # it failed several times; we leave it alone for a while


# A pause helps against these; the others stay until a person changes something.
PASSING = frozenset({Cause.DNS, Cause.REFUSED, Cause.TIMEOUT, Cause.BUSY, Cause.LOST})


class SourceUnavailable(SanderlingError):
    """The other database does not answer.

    ``cause`` says why; ``is_passing`` whether trying again later may help.  The message never
    holds a password, nor text of the other server.
    """

    status = 502
    code = "source_unavailable"

    def __init__(self, cause: Cause, message: str) -> None:
        self.cause = cause
        super().__init__(message)

    @property
    def is_passing(self) -> bool:
        """Whether the same question may be answered later."""
        return self.cause in PASSING or self.cause is Cause.PAUSED


class Breaker:
    """Leaves a database alone that failed several times in a row.

    After ``failures`` passing failures everything is refused for ``pause`` seconds; then one
    caller tries, and the others wait for what he finds.
    """

    def __init__(
        self,
        *,
        failures: int = 3,
        pause: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._closed_until = 0.0

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Let one use through, and learn from how it ends.

        Raises SourceUnavailable with the cause PAUSED while the database is left alone.
        """
        self._enter()
        try:
            yield
        except SourceUnavailable as error:
            self._learn(has_failed=error.cause in PASSING)
            raise
        self._learn(has_failed=False)

    def _enter(self) -> None:
        with self._lock:
            if self._failed < self._most:
                return
            left = self._closed_until - self._clock()
            if left > 0:
                raise SourceUnavailable(
                    Cause.PAUSED,
                    f"The database failed {self._failed} times in a row; "
                    f"it is tried again in {left:.0f} s.",
                )
            self._closed_until = self._clock() + self._pause  # we are the one who tries

    def _learn(self, *, has_failed: bool) -> None:
        """Count a failure; an answer of the database, also a refusal, forgets them."""
        with self._lock:
            self._failed = self._failed + 1 if has_failed else 0
            self._closed_until = self._clock() + self._pause
