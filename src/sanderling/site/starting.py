"""Have our own database running and Django set up: the first step of every process."""

import atexit
from collections.abc import Callable
from pathlib import Path

import django
from django.conf import settings

from sanderling.lib.environment import Environment
from sanderling.postgres import embedded


def ready(*, say: Callable[[str], None] = print) -> embedded.Server | None:
    """Start or attach to the embedded server, unless ``DATABASE_URL`` names another; set up Django.

    The server is left again when the process ends; the last one that leaves stops it.
    """
    server = None
    if not Environment().text("DATABASE_URL"):
        server = embedded.start(home(), say=say)
        atexit.register(server.stop)
    django.setup()
    return server


def home() -> Path:
    """Return the directory in which everything is kept."""
    return Path(settings.HOME)
