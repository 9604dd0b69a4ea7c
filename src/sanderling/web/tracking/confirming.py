"""The hosted page of the double opt-in: GET asks, POST confirms.

A button and not the bare link: mail filters, previews and virus scanners follow every link of a
letter, some within seconds, and would confirm in the name of people who never asked.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from sanderling.lib.errors import SanderlingError
from sanderling.optin import asking, confirming
from sanderling.optin.confirming import Expired, Standing
from sanderling.web.tracking.views import Redirect, for_readers


@csrf_exempt  # the reader has no session; the signed link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask on GET; on POST confirm, or send a new link in the place of one that is too old."""
    standing = confirming.read(token)
    with translation.override(_language_of(standing)):
        response = _answer(request, token, standing)
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, token: str, standing: Standing) -> HttpResponse:
    if request.method != "POST":
        return _page(request, standing)
    if request.POST.get("do") == "again":
        return _again(request, standing)
    try:
        standing = confirming.confirm(token)
    except Expired:
        return _page(request, standing)
    if own := confirming.redirect_of(standing):
        return Redirect(own)
    return _page(request, standing)


def _page(request: HttpRequest, standing: Standing) -> HttpResponse:
    shown = {"contact": standing.contact, "standing": standing}
    status = 410 if standing.is_expired else 200
    return render(request, "tracking/confirm.html", shown, status=status)


def _again(request: HttpRequest, standing: Standing) -> HttpResponse:
    shown = {"contact": standing.contact, "standing": standing, "is_asked_again": True}
    try:
        asking.ask_again(standing.confirmation)
    except SanderlingError:  # confirmed meanwhile, or nobody may write there
        return _page(request, standing)
    return render(request, "tracking/confirm.html", shown)


def _language_of(standing: Standing) -> str:
    """Return the language of the letter, or that of the browser where we do not speak it."""
    wanted = standing.contact.language.partition("-")[0].lower()
    known = {"en", "uk", "ru"}
    return wanted if wanted in known else translation.get_language() or "en"
