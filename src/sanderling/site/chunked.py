"""Bodies that come in chunks: clients that stream say no length, and Django reads none without.

So a chunked body is read here, in the request's thread and up to the limit of an upload, and
handed on with its length.  What is broken or comes too slowly is refused before Django sees it.
"""

import http
import tempfile
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from gunicorn.http.errors import ParseException

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
IN_MEMORY = 1024 * 1024
AT_ONCE = 64 * 1024


class TooLarge(Exception):
    """The body is larger than this server takes."""


def measured(application: Application, largest: int) -> Application:
    """Return the application with chunked bodies given a length."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if "HTTP_TRANSFER_ENCODING" not in environ:
            return application(environ, start)
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
            try:
                environ["CONTENT_LENGTH"] = str(_gather(environ["wsgi.input"], body, largest))
            except TooLarge as error:
                return _refused(start, 413, str(error.__doc__))
            except TimeoutError:
                return _refused(start, 408, "The request came too slowly.")
            except (ParseException, OSError):
                return _refused(start, 400, "The chunks of the body are broken.")
            body.seek(0)
            environ["wsgi.input"] = body
            return list(application(environ, start))

    return answer


def _gather(source: Any, body: Any, largest: int) -> int:
    size = 0
    while came := source.read(AT_ONCE):
        size += len(came)
        if size > largest:
            raise TooLarge
        body.write(came)
    return size


def _refused(start: Callable[..., Any], status: int, message: str) -> list[bytes]:
    phrase = http.HTTPStatus(status).phrase
    body = msgspec.json.encode({"status": status, "error": phrase, "message": message})
    headers = [
        ("Content-Type", "application/json; charset=UTF-8"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
    ]
    start(f"{status} {phrase}", headers)
    return [body]
