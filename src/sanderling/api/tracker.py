"""What visitors' browsers ask of us: the script, and a place to send events to (api.md §7.2).

Nobody signs in here, so everything is bounded: the body, the calls of one site in a second, the
people it may make of names, and the origins (its registered domains).  A program without an
Origin is let in as well: shops send orders from their own server.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import msgspec
from django.db import DataError, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from sanderling.api import answering
from sanderling.api.limiting import LIMITS
from sanderling.api.v1 import tokens
from sanderling.lib.errors import NotFound, SanderlingError
from sanderling.websites import hits, naming, pushing, registering, scripting, seeing, visiting
from sanderling.websites.models import Domain, Site

LARGEST_BODY = 64 * 1024
FRESH_FOR = 300  # seconds that browsers keep the script
ALLOWED = {
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "3600",
}
Taker = Callable[[HttpRequest, dict[str, Any]], HttpResponse]


@csrf_exempt
def collect(request: HttpRequest) -> HttpResponse:
    """Take one event of one visitor."""
    return _answered(request, _take)


@csrf_exempt
def push(request: HttpRequest) -> HttpResponse:
    """Take a browser's wish to be pushed to, or not any more."""
    return _answered(request, _take_subscription)


@csrf_exempt
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Take what a shop's plugin writes into its maker's log, unread: it waits for the answer."""
    return answering.response_of(answering.EMPTY)


@require_safe
def script(request: HttpRequest, code: str) -> HttpResponse:
    """Give a site its script."""
    return _javascript(scripting.tracker, code)


@require_safe
def worker(request: HttpRequest, code: str) -> HttpResponse:
    """Give a site the code that shows its pushes."""
    return _javascript(scripting.worker, code)


def _javascript(make: Callable[[str], str], code: str) -> HttpResponse:
    kind = "text/javascript; charset=utf-8"
    try:
        response = HttpResponse(make(code), content_type=kind)
    except NotFound:
        response = HttpResponse("/* There is no such site. */", content_type=kind, status=404)
    response["Cache-Control"] = f"public, max-age={FRESH_FOR}"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _answered(request: HttpRequest, take: Taker) -> HttpResponse:
    """Answer any request; whatever is sent, it is never our error."""
    if request.method == "OPTIONS":
        response = HttpResponse(headers=ALLOWED)
    elif request.method != "POST":
        response = answering.refusal(request, HTTPStatus.METHOD_NOT_ALLOWED)
        response["Allow"] = "OPTIONS, POST"
    else:
        response = _taken(request, take)
    if origin := request.headers.get("Origin"):
        # The answer says nothing about anybody, so it may be read by any page; what a page may
        # *send* is decided by its registered domain.
        response["Access-Control-Allow-Origin"] = origin
        response["Vary"] = "Origin"
    return response


def _taken(request: HttpRequest, take: Taker) -> HttpResponse:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LARGEST_BODY:
        return answering.sentence(413, f"An event has at most {LARGEST_BODY} bytes.")
    try:
        body = msgspec.json.decode(request.body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return answering.sentence(400, "The body is not JSON.")
    try:
        return take(request, body)
    except SanderlingError as error:
        return answering.problem(request, error)
    except (DataError, RecursionError):
        return answering.sentence(400, "A value is too long, too large or no text.")


def _take(request: HttpRequest, body: Any) -> HttpResponse:
    if isinstance(body, dict) and isinstance(body.get("interaction"), str):
        with transaction.atomic():
            tokens.note(body["interaction"], tokens.Interaction(status=_word(body, "status")))
        return answering.response_of(answering.EMPTY)
    general = hits.general_of(body)
    if general is None:  # plugins send their logs here too
        return answering.response_of(answering.EMPTY)
    hit = hits.hit_of(body, general, now=dt.datetime.now(dt.UTC))
    site, domain_id = _admitted(request, hits.site_code_of(general))
    if not LIMITS.take(site.organisation_id, "tracker").allowed:
        return answering.sentence(429, "Too many requests")
    hit = replace(hit, who=naming.believed(site, hit.who, hit.signature))
    if not hit.cookie and not any(hit.who.names()):
        return answering.sentence(403, "This site believes signed names only.")
    creates = _may_create(site, any(hit.who.names()))
    visiting.receive(site.organisation_id, hit, creates=creates)
    if domain_id is not None:
        url = str(hit.params.get("url", ""))
        seeing.note(domain_id, event=hit.type_key, url=url, at=hit.occurred_at)
    return answering.response_of(answering.EMPTY)


def _take_subscription(request: HttpRequest, body: Any) -> HttpResponse:
    general = hits.general_of(body) or {}
    site, _ = _admitted(request, hits.site_code_of(general))
    cookie = hits.cookie_of(general)
    if not LIMITS.take(site.organisation_id, "tracker people").allowed:
        return answering.sentence(429, "Too many requests")
    if body.get("gone") is True:
        subscription = body.get("subscription")
        endpoint = _word(subscription, "endpoint") if isinstance(subscription, dict) else ""
        with transaction.atomic():
            pushing.unsubscribe(site.organisation_id, endpoint)
        return answering.response_of(answering.EMPTY)
    if not cookie:
        return answering.sentence(400, "cookies.sc must be specified.")
    pushing.subscribe(
        site,
        cookie,
        naming.believed(site, hits.identity_of(general), hits.signature_of(general)),
        body.get("subscription"),
        user_agent=_word(general, "userAgent"),
        language=_word(general, "language"),
        page=_word(general, "url"),
        creates=site.creates_contacts,
    )
    return answering.response_of(answering.EMPTY)


def _admitted(request: HttpRequest, code: str) -> tuple[Site, int | None]:
    """Return the site that may be spoken to, and the domain that speaks."""
    site = registering.find(code)
    origin = request.headers.get("Origin")
    if origin is None:
        return site, None
    rows = Domain.objects.filter(organisation_id=site.organisation_id).values_list("host", "pk")
    domain_id = registering.speaks_for(origin, dict(rows))
    if domain_id is None:
        raise NotRegistered
    return site, domain_id


class NotRegistered(SanderlingError):
    """This domain is not registered for the site."""

    status = 403
    code = "not_registered"


def _may_create(site: Site, is_named: bool) -> bool:
    """Whether a name that nobody bears may become a contact: switched on, and not too fast."""
    if not (is_named and site.creates_contacts):
        return False
    return LIMITS.take(site.organisation_id, "tracker people").allowed


def _word(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    return value.replace("\x00", "") if isinstance(value, str) else ""
