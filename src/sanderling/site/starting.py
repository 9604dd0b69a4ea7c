"""Have our own database running and Django set up: the first step of every process."""

import atexit
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import django
from django.conf import settings

from sanderling.lib.environment import Environment
from sanderling.postgres import embedded

PR_SET_PDEATHSIG = 1


def ready(*, say: Callable[[str], None] = print) -> embedded.Server | None:
    """Start or attach to the embedded server, unless ``DATABASE_URL`` names another; set up Django.

    The server is left again when the process ends; the last one that leaves stops it.
    """
    _end_properly()
    server = None
    if not Environment().text("DATABASE_URL"):
        server = embedded.start(home(), say=say)
        atexit.register(_leave, server, os.getpid())
    django.setup()
    return server


def tie_to_parent() -> None:
    """Have the kernel ask this process to stop when its parent is gone, even by ``kill -9``."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end_properly() -> None:
    """Let SIGTERM run what `atexit` has to do, where nobody has other plans for it."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))


def _leave(server: embedded.Server, process: int) -> None:
    """Leave the server, unless this is a fork: its parent's lock is not the fork's to let go."""
    if os.getpid() == process:
        server.stop()


def home() -> Path:
    """Return the directory in which everything is kept."""
    return Path(settings.HOME)
