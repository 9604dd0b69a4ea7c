"""The inbox that an app or a site shows its user (api.md §7.3).

The header ``ES-TOKEN`` opens one call, and the answer brings the token of the next one, whatever
the answer says: an app that made a mistake can go on.
"""

import datetime as dt
import json
import math
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.db import DataError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from sanderling.api import answering, reading
from sanderling.api.answering import present
from sanderling.api.limiting import LIMITS
from sanderling.api.shapes import Shape
from sanderling.appinbox import reading as inbox
from sanderling.appinbox import sessions
from sanderling.appinbox.models import Entry
from sanderling.appinbox.sessions import Reader
from sanderling.channels.reports import Fate
from sanderling.lib.errors import Invalid, SanderlingError
from sanderling.sending import reporting
from sanderling.sending.tokens import Token

TOKEN = "ES-TOKEN"  # noqa: S105 - a header's name
USUAL_PAGE, LARGEST_PAGE = 20, 100
OPENED, UNOPENED = "OPENED", "UNOPENED"
LARGEST_BODY = 64 * 1024
CORS = {
    "Access-Control-Allow-Origin": "*",  # the token is the credential; there are no cookies
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": f"{TOKEN}, Content-Type",
    "Access-Control-Expose-Headers": TOKEN,
    "Access-Control-Max-Age": "3600",
}
Answering = Callable[[HttpRequest, Reader], Any]


class Page(Shape):
    """Which entries."""

    page: int | None = None
    page_size: int | None = None
    status: str | None = None


class Marked(Shape):
    """Entries that were opened; without ids all of them."""

    status: str | None = None
    ids: list[str] | None = None


@csrf_exempt
def count(request: HttpRequest) -> HttpResponse:
    """Say how many entries were not opened."""
    return _answered(request, "GET", _count)


@csrf_exempt
def messages(request: HttpRequest) -> HttpResponse:
    """List entries, newest first."""
    return _answered(request, "GET", _list)


@csrf_exempt
def status(request: HttpRequest) -> HttpResponse:
    """Mark entries as opened."""
    return _answered(request, "POST", _mark)


def _answered(request: HttpRequest, method: str, run: Answering) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(headers=CORS)
    if request.method not in (method, "HEAD" if method == "GET" else method):
        response = answering.refusal(request, HTTPStatus.METHOD_NOT_ALLOWED)
        response["Allow"] = f"{method}, OPTIONS"
        return response
    reader = sessions.use(request.headers.get(TOKEN, ""))
    if reader is None:
        response = answering.refusal(request, HTTPStatus.UNAUTHORIZED, "Ask for a new token.")
        del response.headers["WWW-Authenticate"]
    else:
        response = _run(request, reader, run)
        response[TOKEN] = reader.token
    for name, value in CORS.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    return response


def _run(request: HttpRequest, reader: Reader, run: Answering) -> HttpResponse:
    if not LIMITS.take(reader.organisation_id, "inbox").allowed:
        return answering.sentence(429, "Too many requests")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LARGEST_BODY:
        return answering.sentence(413, "The body is larger than this server takes.")
    try:
        with transaction.atomic():
            return answering.response_of(run(request, reader))
    except SanderlingError as error:
        return answering.problem(request, error)
    except DataError:
        return answering.sentence(400, "A value is too long, too large or unreadable.")


def _count(request: HttpRequest, reader: Reader) -> dict[str, int]:
    return {"count": inbox.unopened(reader.organisation_id, reader.contact_id)}


def _list(request: HttpRequest, reader: Reader) -> dict[str, Any]:
    query = reading.query_of(request, Page)
    if query.status not in (None, OPENED, UNOPENED):
        raise Invalid(f"status must be {OPENED} or {UNOPENED}.")
    is_paged = query.page is not None or query.page_size is not None
    size = min(query.page_size or USUAL_PAGE, LARGEST_PAGE) if is_paged else inbox.MOST
    page = query.page or 0
    if page < 0 or size < 1 or page > 2**31:
        raise Invalid("page begins with 0 and pageSize with 1.")
    found, total = inbox.entries(
        reader.organisation_id,
        reader.contact_id,
        opened=None if query.status is None else query.status == OPENED,
        window=slice(page * size, (page + 1) * size),
    )
    return {"list": [_shown(entry) for entry in found], "totalPages": math.ceil(total / size)}


def _mark(request: HttpRequest, reader: Reader) -> answering.Answer:
    body = reading.body_of(request, Marked)
    if body.status != OPENED:
        raise Invalid(f"status must be {OPENED}.")
    ids = None if body.ids is None else [_id(one) for one in body.ids[: inbox.MOST]]
    owner = reader.organisation_id, reader.contact_id
    for delivery_id in inbox.mark_opened(*owner, ids):
        reporting.settle(Token(*owner, delivery_id), Fate.READ, at=timezone.now())
    return answering.EMPTY


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid("ids must be the ids of messages.")
    return int(text)


def _shown(entry: Entry) -> dict[str, Any]:
    return present(
        id=str(entry.id),
        createdDate=_milliseconds(entry.created_at),
        title=entry.title,
        content=entry.content,
        image=entry.image or None,
        link=entry.link or None,
        newMessage=entry.opened_at is None,
        status=UNOPENED if entry.opened_at is None else OPENED,
        customData=json.dumps(entry.custom, ensure_ascii=False) if entry.custom else None,
    )


def _milliseconds(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1000)
