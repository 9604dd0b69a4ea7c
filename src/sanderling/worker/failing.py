"""A loop that fails: one trace, then one line a failure, and longer and longer pauses.

A wrong password or a bug in one room must neither fill the disk with traces nor keep the other
loops from their work; and when the reason is gone the loop goes on by itself.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from sanderling.lib.errors import SanderlingError
from sanderling.postgres.outages import AWAY, in_a_line

LOG = logging.getLogger(__name__)
LONGEST_PAUSE = 300.0
# These say all in their message; a trace of them helps nobody.
PLAIN = (SanderlingError, *AWAY)


@dataclass
class Patience:
    """How one loop of this process has been failing."""

    name: str
    clock: Callable[[], float] = time.monotonic
    failures: int = 0
    not_before: float = 0.0

    def attempt(self, work: Callable[[], object]) -> None:
        """Do the work, unless it failed so recently that it may rest."""
        if self.clock() < self.not_before:
            return
        try:
            work()
        except Exception as error:  # the boundary of a loop: told, and tried again later
            self._failed(error)
        else:
            self._succeeded()

    def _failed(self, error: Exception) -> None:
        pause = min(2.0**self.failures, LONGEST_PAUSE)
        self.failures += 1
        self.not_before = self.clock() + pause
        shown = self.failures == 1 and not isinstance(error, PLAIN)
        LOG.error(
            "%s failed (%s in a row), again in %.0f s: %s",
            self.name, self.failures, pause, in_a_line(error), exc_info=error if shown else None,
        )  # fmt: skip

    def _succeeded(self) -> None:
        if self.failures:
            LOG.info("%s goes on after %s failures.", self.name, self.failures)
        self.failures, self.not_before = 0, 0.0
