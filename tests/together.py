"""Several threads that act in the same moment, as workers and callers do.

Every wait here has an end: one thread that never came back would hold up a whole run for good.
"""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import connections

T = TypeVar("T")
PATIENCE = 120.0  # seconds; the whole machine may be busy with other tests


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Do all of it in the same moment, each on its own connections; return what came of each.

    Raises what the first of them raised, when all have ended.
    """
    gate = threading.Barrier(len(acts), timeout=PATIENCE)
    came: dict[int, T] = {}
    errors: list[BaseException] = []

    def do(place: int, act: Callable[[], T]) -> None:
        try:
            gate.wait()
            came[place] = act()
        except BaseException as error:
            errors.append(error)

    end(begin(*(lambda place=place, act=act: do(place, act) for place, act in enumerate(acts))))
    if errors:
        raise errors[0]
    return [came[place] for place in range(len(acts))]


def begin(*acts: Callable[[], object]) -> list[threading.Thread]:
    """Begin all of it, each in a thread that closes its connections; ``end`` waits for them."""
    threads = [threading.Thread(target=_alone, args=(act,), daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    return threads


def end(threads: Sequence[threading.Thread], *, seconds: float = PATIENCE) -> None:
    """Wait until all have ended; fail when one does not."""
    for thread in threads:
        thread.join(seconds)
    left = [thread.name for thread in threads if thread.is_alive()]
    assert not left, f"{len(left)} of {len(threads)} threads did not end: {', '.join(left)}"


def _alone(act: Callable[[], object]) -> None:
    try:
        act()
    finally:
        connections.close_all()
