"""What goes back over the wire: the response rules R1 to R6 and the errors of api.md §1.5, §1.6.

Framework errors are JSON in the shape that three independent clients read (``status``,
``error``, ``message``); errors of a method are one line of text.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from sanderling.lib.errors import SanderlingError

JSON = "application/json; charset=UTF-8"
PLAIN = "text/plain; charset=UTF-8"
# Forms of landing pages call the API from the browser (api.md §1.5).  Any page may: the key is the
# only credential, it stands in the request, and a browser adds no cookie to such a call.
ANY_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "TotalCount, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id"
    ),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response that needs more than a JSON body.

    ``body`` is bytes already, or any value to be written as JSON; None is an empty body (R6).
    """

    body: Any = None
    status: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


EMPTY = Answer()


def text(sentence: str) -> Answer:
    """Return a bare sentence with the JSON content type: where its exact text is known (R5)."""
    return Answer(sentence.encode())


def said(sentence: str) -> Answer:
    """Return a sentence as a JSON string: where no source knows the text (R5, api.md §10.1).

    Two PHP clients decode every body and fail on bare text; nobody fails on a quoted one.
    """
    return Answer(sentence)


def counted(rows: Sequence[Any], total: int) -> Answer:
    """Return rows with the number of all matches in ``TotalCount``, in this letter case (R4)."""
    return Answer(list(rows), headers={"TotalCount": str(total)})


def collapse(rows: Sequence[Any]) -> Any:
    """Return the only row itself, several rows as a list (R1)."""
    return rows[0] if len(rows) == 1 else list(rows)


def present(**members: Any) -> dict[str, Any]:
    """Return the members that have a value (R3)."""
    return {name: value for name, value in members.items() if value is not None}


def response_of(result: Any) -> HttpResponse:
    """Return the HTTP response of what a method returned."""
    answer = result if isinstance(result, Answer) else Answer(result)
    if answer.body is None:
        response = HttpResponse(status=answer.status)
        del response.headers["Content-Type"]
    else:
        body = answer.body if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body)
        response = HttpResponse(body, status=answer.status, content_type=answer.content_type)
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


def refusal(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """Return an error of the framework (401, 403, 404 of a path, 405, 415…) as JSON."""
    phrase = HTTPStatus(status).phrase
    shown = {
        "timestamp": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
        "status": status,
        "error": phrase,
        "message": message or phrase,
        "path": "/" + request.path.lstrip("/"),
    }
    is_token = request.headers.get("Authorization", "").lower().startswith("bearer ")
    challenge = 'Basic realm="Sanderling"'
    if status == HTTPStatus.UNAUTHORIZED and is_token:  # a dead token (RFC 6750, api.md §6.5)
        shown |= {"error": "invalid_token", "error_description": shown["message"]}
        challenge = 'Bearer realm="Sanderling", error="invalid_token"'
    response = HttpResponse(msgspec.json.encode(shown), status=status, content_type=JSON)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = challenge
    return response


def sentence(status: int, message: str) -> HttpResponse:
    """Return an error of a method: its text."""
    return HttpResponse(message.encode("utf-8", "replace"), status=status, content_type=PLAIN)


def problem(request: HttpRequest, error: SanderlingError) -> HttpResponse:
    """Return what a room refused, in its own words."""
    if error.status == HTTPStatus.FORBIDDEN:
        return refusal(request, error.status, error.message)
    if error.status == HTTPStatus.NOT_FOUND and "not found" not in error.message.lower():
        return sentence(error.status, f"{error.message} (not found)")  # clients look for the words
    response = sentence(error.status, error.message)
    if seconds := getattr(error, "retry_after", None):
        response.headers["Retry-After"] = str(seconds)
    return response
