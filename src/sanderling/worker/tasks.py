"""The loops as procrastinate tasks: a job is a wake-up, nothing more."""

from collections.abc import Callable

from django.db import close_old_connections
from procrastinate.contrib.django import app

from sanderling.worker.failing import Patience
from sanderling.worker.loops import LOOPS, Loop, drain


def _offer(loop: Loop) -> None:
    """Make the loop a task that is woken by name, and by the clock."""
    task = app.task(name=loop.name, queue=loop.name, queueing_lock=loop.name, pass_context=False)(
        _waked(loop, Patience(loop.name))
    )
    app.periodic(cron=loop.cron, periodic_id=loop.name)(task)


def _waked(loop: Loop, patience: Patience) -> Callable[..., None]:
    def wake(timestamp: int = 0) -> None:
        # Nobody else tells Django that this thread's connection died with the database: without
        # these two a worker would be deaf for ever after PostgreSQL was started again.
        close_old_connections()
        try:
            patience.attempt(lambda: drain(loop))
        finally:
            close_old_connections()

    return wake


for _loop in LOOPS:
    _offer(_loop)
