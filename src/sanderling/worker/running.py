"""Run a worker until it is asked to stop; what it has in hand is finished first."""

import asyncio
import logging
import signal

from procrastinate.contrib.django import app

from sanderling.worker.loops import LOOPS, STOPPING

LOG = logging.getLogger(__name__)
GRACE = 25.0  # seconds for what is in hand; leases make it safe to be killed later


def run() -> None:
    """Work until SIGTERM or SIGINT."""
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        asyncio.run(_run())


async def _run() -> None:
    loop = asyncio.get_running_loop()
    work = asyncio.create_task(
        app.run_worker_async(
            concurrency=len(LOOPS) + 2,
            delete_jobs="always",
            install_signal_handlers=False,
            shutdown_graceful_timeout=GRACE,
            listen_notify=True,
        )
    )

    def stop() -> None:
        LOG.info("Stopping: finishing what is in hand.")
        STOPPING.set()
        work.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        async with app.open_async():
            await work
    except asyncio.CancelledError:
        LOG.info("Stopped.")
