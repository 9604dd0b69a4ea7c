"""Wait for what another process does, and say so when it takes too long."""

import time
from collections.abc import Callable

from sanderling.lib.errors import SanderlingError

LOOK_EVERY = 0.1


class TookTooLong(SanderlingError):
    """Something did not happen in time."""

    status = 504
    code = "timeout"


def until(is_so: Callable[[], bool], what: str, *, seconds: float = 600) -> None:
    """Return when it is so; raise TookTooLong naming what was waited for."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TookTooLong(f"Waited {seconds:.0f} s for {what}: is a worker running?")
        time.sleep(LOOK_EVERY)
