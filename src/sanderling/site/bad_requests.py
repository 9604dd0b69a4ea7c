"""Answers to what is no request: written by the server itself, in the shape of the API's errors."""

import datetime as dt
from http import HTTPStatus

import msgspec
from gunicorn.http import errors

STATUSES: tuple[tuple[type[BaseException], int], ...] = (
    (errors.LimitRequestLine, 414),
    (errors.LimitRequestHeaders, 431),
    (errors.ExpectationFailed, 417),
)


def status_of(error: BaseException) -> int:
    """Return the status for what gunicorn's parser could not read."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 400)


def refusal(status: int, message: str) -> bytes:
    """Return a whole answer, after which the connection is closed."""
    phrase = HTTPStatus(status).phrase
    body = msgspec.json.encode(
        {
            "timestamp": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
            "status": status,
            "error": phrase,
            "message": message,
        }
    )
    head = (
        f"HTTP/1.1 {status} {phrase}\r\nContent-Type: application/json; charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
