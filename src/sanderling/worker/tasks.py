"""The loops as procrastinate tasks: a job is a wake-up, nothing more."""

from collections.abc import Callable

from procrastinate.contrib.django import app

from sanderling.worker.loops import LOOPS, Loop, drain


def _offer(loop: Loop) -> None:
    """Make the loop a task that is woken by name, and by the clock."""
    task = app.task(name=loop.name, queue=loop.name, queueing_lock=loop.name, pass_context=False)(
        _waked(loop)
    )
    app.periodic(cron=loop.cron, periodic_id=loop.name)(task)


def _waked(loop: Loop) -> Callable[..., None]:
    def wake(timestamp: int = 0) -> None:
        drain(loop)

    return wake


for _loop in LOOPS:
    _offer(_loop)
