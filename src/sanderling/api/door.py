"""The one view of the API: find the method, know the caller, check, run, answer.

Django's exception pages never show here: whatever is sent, the answer has the contract's
shape, and a write is one transaction, so a refused call leaves nothing behind.
"""

import logging
import time
from http import HTTPStatus
from typing import Any

import psycopg.errors
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from sanderling.accounts.throttling import TooManyAttempts
from sanderling.api import answering, logging_calls, routing, texts
from sanderling.api.answering import ANY_ORIGIN
from sanderling.api.authenticating import caller_of
from sanderling.api.calling import Caller
from sanderling.api.limiting import LIMITS, Verdict
from sanderling.api.operations import OPERATIONS, Operation
from sanderling.api.repeating import refuse_repeated
from sanderling.api.rights import Group, opens
from sanderling.lib.errors import SanderlingError
from sanderling.lib.logs import traced
from sanderling.postgres import outages

LOG = logging.getLogger(__name__)
ATTEMPTS = 3  # a deadlock's victim tries again
# After any other error of the connection a commit may have happened: then the caller decides.
UNDONE = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
BEARER_EVENTS = frozenset({"/v1/event", "/v1/past_events"})
USUAL_VERSION = "v1"  # of an address that names none
CORS = {
    **ANY_ORIGIN,
    "Access-Control-Allow-Methods": "POST, GET, PUT, OPTIONS, DELETE",
    "Access-Control-Max-Age": "3600",
    "Access-Control-Allow-Headers": (
        "Content-Type, Accept, Content-Range, Content-Disposition, Content-Description, "
        "X-Requested-With, remember-me, Authorization"
    ),
}
_TREE: list[routing.Node] = []


@csrf_exempt
def answer(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer any request below ``/api/``; without a database, by a clear "later"."""
    try:
        response = _answer(request, rest)
    except outages.AWAY as error:
        outages.log(
            LOG, error, "%s %s: the database does not answer.", request.method, request.path
        )
        response = answering.refusal(
            request,
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The database does not answer. Try again later.",
        )
        response.headers["Retry-After"] = "5"
    for name, value in ANY_ORIGIN.items():
        response.headers[name] = value
    return response


@csrf_exempt
def answer_without_version(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer an address that names no version as the first one."""
    return answer(request, f"{USUAL_VERSION}/{rest}")


def _answer(request: HttpRequest, rest: str) -> HttpResponse:
    started = time.perf_counter()
    found = routing.find(_tree(), rest)
    if found is None:
        return answering.refusal(request, HTTPStatus.NOT_FOUND)
    if request.method == "OPTIONS":
        return _options(found)
    operation = found.operations.get("GET" if request.method == "HEAD" else str(request.method))
    if operation is None:
        return _wrong_verb(request, found)
    try:
        caller = caller_of(request)
    except TooManyAttempts as error:
        return answering.problem(request, error)
    response = _guarded(request, operation, found, caller)
    if caller is not None:
        milliseconds = (time.perf_counter() - started) * 1000
        logging_calls.note(caller, operation, response.status_code, milliseconds)
    return response


def _guarded(
    request: HttpRequest, operation: Operation, found: routing.Found, caller: Caller | None
) -> HttpResponse:
    """Let in who may, within the limits."""
    if operation.group == Group.OPEN:
        return _attempted(request, operation, found, caller)
    if caller is None:
        return answering.refusal(request, HTTPStatus.UNAUTHORIZED, _why_unknown(request))
    if caller.events_only and operation.path not in BEARER_EVENTS:
        return answering.refusal(request, HTTPStatus.FORBIDDEN, "This token is for events only.")
    if not opens(caller.actor.key_rights, operation.group):
        return answering.refusal(
            request, HTTPStatus.FORBIDDEN, "The rights of this key or app do not open this method."
        )
    verdict = LIMITS.take(caller.organisation.pk, operation.bucket)
    if not verdict.allowed:
        return _limited(answering.sentence(429, "Too many requests"), verdict)
    with traced(organisation=caller.organisation.pk, caller=caller.identity):
        return _limited(_attempted(request, operation, found, caller), verdict)


def _attempted(
    request: HttpRequest, operation: Operation, found: routing.Found, caller: Caller | None
) -> HttpResponse:
    """Run the method; every error that a request can cause has its answer."""
    if operation.needs_json and not _says_json(request):
        return answering.refusal(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        result = _run(request, operation, found, caller)
        if caller is not None and caller.organisation.text_scalars:
            result = _as_of_old(operation, result)
        return answering.response_of(result)
    except SanderlingError as error:
        return answering.problem(request, error)
    except RequestDataTooBig:
        return answering.sentence(413, "The body is larger than this server takes.")
    except UnreadablePostError as error:
        LOG.warning("%s %s was not read: %s", operation.method, operation.path, error)
        if _came_too_slowly(error):
            return answering.sentence(408, "The request came too slowly.")
        return answering.sentence(400, "The request ended before its end.")
    except (DataError, SuspiciousOperation) as error:
        # A value that no column takes: the caller's, not ours.
        LOG.warning("%s %s refused: %s", operation.method, operation.path, error)
        return answering.sentence(400, "A value is too long or too large.")


def _as_of_old(operation: Operation, result: Any) -> Any:
    is_old = (operation.method, operation.path) in texts.OLD
    return texts.in_texts(result) if is_old else result


def _came_too_slowly(error: BaseException | None) -> bool:
    """Say whether a body broke off because we would not wait any longer."""
    while error is not None and not isinstance(error, TimeoutError):
        error = error.__cause__
    return error is not None


def _run(
    request: HttpRequest, operation: Operation, found: routing.Found, caller: Caller | None
) -> Any:
    params = found.params(operation)
    if not operation.writes:
        return operation.answer(request, caller, params)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                if not operation.repeats and caller is not None:
                    refuse_repeated(
                        caller.organisation.pk,
                        method=operation.method,
                        path=request.path.strip("/"),
                        body=request.body,
                    )
                return operation.answer(request, caller, params)
        except OperationalError as error:
            if attempt == ATTEMPTS or not isinstance(error.__cause__, UNDONE):
                raise
    raise AssertionError("unreachable")


def _tree() -> routing.Node:
    """Return the tree of methods; it is made when all of them have been registered."""
    if not _TREE:
        _TREE.append(routing.tree_of(OPERATIONS))
    return _TREE[0]


def _says_json(request: HttpRequest) -> bool:
    return not request.content_type or "json" in request.content_type.lower()


def _why_unknown(request: HttpRequest) -> str:
    shown = request.headers.get("Authorization", "")
    return "Unknown key or token" if shown else "Unauthorized"


def _limited(response: HttpResponse, verdict: Verdict) -> HttpResponse:
    for name, value in verdict.headers().items():
        response.headers[name] = value
    return response


def _wrong_verb(request: HttpRequest, found: routing.Found) -> HttpResponse:
    response = answering.refusal(request, HTTPStatus.METHOD_NOT_ALLOWED)
    response.headers["Allow"] = ", ".join(sorted({*found.operations, "OPTIONS"}))
    return response


def _options(found: routing.Found) -> HttpResponse:
    allowed = ", ".join(sorted({*found.operations, "OPTIONS"}))
    return HttpResponse(status=200, headers={**CORS, "Allow": allowed})
