"""The pixel, the redirect, the unsubscribe page and the web version of a mail."""

import base64
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from sanderling.contacts import consent
from sanderling.lib.errors import SanderlingError
from sanderling.sending import tokens, tracking
from sanderling.velocity import VelocityError
from sanderling.web.framing import SEALED
from sanderling.websites import tickets

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
View = Callable[..., HttpResponse]


class Redirect(HttpResponseRedirect):
    """A redirect to the web only; the address was signed by us, and still."""

    allowed_schemes = ["http", "https"]


def for_readers(view: View) -> View:
    """Answer a broken or foreign link with a page that says so."""

    @wraps(view)
    def seen(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except SanderlingError as error:
            return render(request, "tracking/broken.html", {"problem": error}, status=error.status)

    return seen


@require_safe
def open_pixel(request: HttpRequest, token: str) -> HttpResponse:
    """Answer one transparent pixel; what is wrong with the token is nobody's business."""
    if request.method == "GET":  # HEAD is a filter that looks at links, not a reader
        try:
            tracking.opened(token)
        except SanderlingError:
            return HttpResponse(PIXEL, content_type="image/gif", status=404)
    response = HttpResponse(PIXEL, content_type="image/gif")
    response["Cache-Control"] = "no-store, private"
    return response


@require_safe
@for_readers
def click(request: HttpRequest, token: str, link: str) -> HttpResponse:
    """Write down the click and redirect."""
    to = request.GET.get("to")
    if request.method == "HEAD":
        return Redirect(tracking.address_of(token, link, to))
    reader = tokens.read(token, tokens.Purpose.CLICK)
    address = tracking.clicked(token, link, to)
    # On our own site the script learns who came, and the visitor's history joins the reader's.
    response = Redirect(tickets.stamped(reader.organisation_id, reader.contact_id, address))
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@for_readers
def short_link(request: HttpRequest, word: str) -> HttpResponse:
    """Write down the click on a short link of an SMS or a messenger, and redirect."""
    response = Redirect(tracking.clicked_short(word, counts=request.method == "GET"))
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    return response


@csrf_exempt  # one click of a mail program has no cookie (RFC 8058); the token is the proof
@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask on GET, since programs follow links by themselves; unsubscribe on POST."""
    if request.method == "POST":
        contact = tracking.unsubscribed(token)
        return render(request, "tracking/unsubscribed.html", {"contact": contact})
    contact = tracking.reader_of(token)
    has_categories = bool(consent.categories(contact.organisation_id))
    shown = {"contact": contact, "token": token, "has_categories": has_categories}
    return render(request, "tracking/unsubscribe.html", shown)


@require_GET
@for_readers
def web_version(request: HttpRequest, token: str) -> HttpResponse:
    """Show a mail in the browser."""
    try:
        page = tracking.web_version(token)
    except VelocityError:
        return render(request, "tracking/broken.html", {}, status=404)
    if page.html:
        response = HttpResponse(page.html)
    else:
        response = HttpResponse(page.text, content_type="text/plain; charset=utf-8")
    response["Content-Security-Policy"] = SEALED
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
