"""Give every request an id that its log lines and its answer carry."""

import logging
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sanderling.lib.logs import traced

LOG = logging.getLogger("sanderling.requests")
LONGEST_ID = 64


class RequestTrace:
    """Outermost middleware: id, duration, one log line, security headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request inside its trace."""
        number = _request_id(request)
        started = time.perf_counter()
        with traced(request=number):
            response = self.get_response(request)
            milliseconds = (time.perf_counter() - started) * 1000
            if not request.path.startswith(("/static/", "/healthz", "/readyz")):
                LOG.info("%s %s %s %.0f ms", request.method, request.path,
                         response.status_code, milliseconds)  # fmt: skip
        response["X-Request-Id"] = number
        _protect(response)
        return response


def _request_id(request: HttpRequest) -> str:
    """Return the proxy's id when it is harmless, else a new one."""
    given = request.headers.get("X-Request-Id", "")
    harmless = given.isascii() and given.replace("-", "").isalnum() and len(given) <= LONGEST_ID
    return given if harmless else secrets.token_hex(8)


def _protect(response: HttpResponse) -> None:
    """Pages run only our own scripts and styles.

    A view that needs another policy (a captured mail in its frame) sets the header itself.
    """
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
        "frame-src 'self'; frame-ancestors 'none'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'",
    )
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
