"""Serve pages and API by gunicorn's threads.

Over WSGI because the compatible API needs ``TotalCount`` in exactly this letter case, which
every ASGI server lowers (tried).
"""

from typing import Any

from gunicorn.app.base import BaseApplication

from sanderling.site import starting


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
        """Return the WSGI application, loaded in each worker."""
        from sanderling.site.wsgi import application

        return application


def serve(*, host: str, port: int, processes: int, threads: int) -> None:
    """Serve until stopped; a web process that dies is replaced."""
    starting.ready()
    options = {
        "bind": f"{host}:{port}",
        "workers": processes,
        "threads": threads,
        "worker_class": "gthread",
        "timeout": 60,
        "graceful_timeout": 20,
        "keepalive": 15,
        "max_requests": 20_000,
        "max_requests_jitter": 2_000,
        "limit_request_line": 8190,
        "accesslog": None,
        "loglevel": "warning",
        "preload_app": False,
        "proc_name": "sanderling-web",
    }
    Pages(options).run()
