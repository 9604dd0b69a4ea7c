"""Serve pages and API by gunicorn's threads.

Over WSGI because the compatible API needs ``TotalCount`` in exactly this letter case, which
every ASGI server lowers (tried).
"""

import gc
import resource
import socket
import time
from typing import Any

from gunicorn.app.base import BaseApplication

from sanderling.lib.errors import SanderlingError
from sanderling.site import starting

# Seconds for the processes of a gunicorn that was killed to leave the port to the next one.
OWN_KIND = 10.0
LEAST_CLIENTS, MOST_CLIENTS = 20, 2_000
OTHER_FILES = 200


class PortTaken(SanderlingError):
    """Somebody else listens where we should."""

    status = 503
    code = "port_taken"


class Pages(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our application and settings."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the WSGI application, loaded once and shared by all processes.

        With it all addresses and what they import: 0.7 s of CPU that each process would
        otherwise spend on its first request, and memory that they share.
        """
        from django.db import connections
        from django.urls import get_resolver

        from sanderling.site.wsgi import application

        _ = get_resolver().url_patterns
        connections.close_all()  # none is open; one that crossed a fork would be poison
        gc.collect()
        gc.freeze()  # what is there now stays: no collection looks at it, in no process
        return application


def serve(*, host: str, port: int, processes: int, threads: int) -> None:
    """Serve until stopped; a web process that dies is replaced."""
    starting.ready()
    refuse_taken(host, port, patience=OWN_KIND)
    options = {
        "bind": f"{_bracketed(host)}:{port}",
        "workers": processes,
        "threads": threads,
        "worker_class": "sanderling.site.listening.Listener",
        "timeout": 60,
        "graceful_timeout": 20,
        "keepalive": 15,
        "worker_connections": most_clients(),
        "max_requests": 20_000,
        "max_requests_jitter": 2_000,
        "limit_request_line": 8190,
        "accesslog": None,
        "loglevel": "warning",
        "preload_app": True,
        "proc_name": "sanderling-web",
        "post_fork": _tied,
    }
    Pages(options).run()


def most_clients() -> int:
    """Return how many clients a process listens to: waiting ones cost a buffer, not a thread.

    Some files stay free for everything else; without any, the loop could not even accept.
    """
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(LEAST_CLIENTS, min(MOST_CLIENTS, files - OTHER_FILES))


def refuse_taken(host: str, port: int, *, patience: float) -> None:
    """Raise PortTaken when we cannot listen there, after some seconds of patience.

    Gunicorn itself would start, and fail again and again in the words of a log.
    """
    deadline = time.monotonic() + patience
    while (obstacle := _obstacle(host, port)) is not None:
        if time.monotonic() >= deadline:
            raise PortTaken(
                f"Pages cannot be served at {host}:{port}: {obstacle}."
                " Choose another with --port or --host."
            )
        time.sleep(0.1)


def _obstacle(host: str, port: int) -> str | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return None


def address_of(host: str, port: int) -> str:
    """Return the address at which this machine reaches what listens on host and port."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    return f"http://{_bracketed(reachable)}:{port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _tied(_arbiter: object, _worker: object) -> None:
    """Let no web process outlive a gunicorn that was killed: it would hold the port."""
    starting.tie_to_parent()
