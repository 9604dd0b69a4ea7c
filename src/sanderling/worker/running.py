"""Run a worker until it is asked to stop; what it has in hand is finished first.

When our own database goes away the worker stays and waits for it: one line when it is gone, one
when it is back.  Whoever runs a worker by itself has nobody who would start it again.
"""

import asyncio
import logging
import signal
import time

from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from psycopg import InterfaceError, OperationalError

from sanderling.worker.loops import LOOPS, STOPPING

LOG = logging.getLogger(__name__)
GRACE = 25.0  # seconds for what is in hand; leases make it safe to be killed later
LONGEST_PAUSE = 30.0
GONE = (ConnectorException, OperationalError, InterfaceError)
# Who tells of a database that is away at length, and again and again.
TALKERS = ("procrastinate", "psycopg")
CHATTER = (
    "error connecting",
    "discarding closed connection",
    "query cancellation failed",
    "query cancellation interrupted",
)


class Worker:
    """A worker that outlives its database; ``pause`` grows while that stays away."""

    def __init__(self) -> None:
        self.pause = 1.0
        self.is_alone = False  # the database is away, and it was said
        self._stopping = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Work until ``stop``."""
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                self._work = asyncio.create_task(self._attempt())
                await self._work
            except asyncio.CancelledError:
                if not self._stopping.is_set():
                    raise
            except GONE as error:
                self._tell(error)
            if not self._stopping.is_set():
                await self._rest(time.monotonic() - begun)
        LOG.info("Stopped.")

    def stop(self) -> None:
        """Finish what is in hand, and end."""
        LOG.info("Stopping: finishing what is in hand.")
        STOPPING.set()
        self._stopping.set()
        if self._work is not None:
            self._work.cancel()

    async def _attempt(self) -> None:
        """Work until the database goes away; then this ends, or raises what went wrong."""
        await app.connector.close_async()  # a pool that could not be opened is there still
        async with app.open_async():
            if self.is_alone:
                self.is_alone = False
                LOG.warning("Our database is back; the worker goes on.")
            await app.run_worker_async(
                concurrency=len(LOOPS) + 2,
                delete_jobs="always",
                install_signal_handlers=False,
                shutdown_graceful_timeout=GRACE,
                listen_notify=True,
            )

    async def _rest(self, lived: float) -> None:
        """Pause before the next attempt, a little longer each time."""
        self._tell(None)
        self.pause = 1.0 if lived > LONGEST_PAUSE else min(self.pause * 2, LONGEST_PAUSE)
        try:
            await asyncio.wait_for(self._stopping.wait(), self.pause)
        except TimeoutError:
            return

    def _tell(self, error: Exception | None) -> None:
        if self.is_alone:
            return
        self.is_alone = True
        cause = error.__cause__ or error if error else None
        words = next(iter(str(cause or "").strip().splitlines()), "") or "the connection broke"
        LOG.error("Our database went away (%s); the worker waits for it.", words)


def run() -> None:
    """Work until SIGTERM or SIGINT."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(is_news)
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        asyncio.run(_run())


def is_news(record: logging.LogRecord) -> bool:
    """Return whether a line says more than that our database is away, which we say ourselves."""
    if not record.name.startswith(TALKERS):
        return True
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, GONE) and not record.getMessage().startswith(CHATTER)


async def _run() -> None:
    worker, loop = Worker(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    await worker.run()
