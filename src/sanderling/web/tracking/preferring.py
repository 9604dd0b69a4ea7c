"""The page where a reader says what they want to hear about: linked from mails, no sign-in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from sanderling.accounts.actors import Actor
from sanderling.contacts import consent
from sanderling.contacts.models import Contact
from sanderling.optin import wishing
from sanderling.sending import tracking
from sanderling.web.tracking.views import for_readers


@csrf_exempt  # the reader has no session; the signed link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def prefer(request: HttpRequest, token: str) -> HttpResponse:
    """Show the categories; a POST keeps the ticked ones, or stops everything."""
    contact = tracking.reader_of(token)
    if request.method == "POST" and request.POST.get("do") == "stop":
        return render(
            request, "tracking/unsubscribed.html", {"contact": tracking.unsubscribed(token)}
        )
    is_saved = request.method == "POST"
    if is_saved:
        _save(request, token, contact)
    response = render(
        request,
        "tracking/preferences.html",
        {"contact": contact, "categories": _ticked(contact), "is_saved": is_saved},
    )
    response["Cache-Control"] = "no-store, private"
    return response


def _save(request: HttpRequest, token: str, contact: Contact) -> None:
    known = {row.key for row in consent.categories(contact.organisation_id)}
    wishing.set_categories(
        contact.organisation_id,
        contact.pk,
        [key for key in request.POST.getlist("categories") if key in known],
        by=Actor.system(contact.organisation_id),
        letter=tracking.preferences_of(token),
    )


def _ticked(contact: Contact) -> list[tuple[str, str, bool]]:
    wanted = consent.wanted_by(contact.organisation_id, contact.pk)
    known = consent.categories(contact.organisation_id)
    return [(row.key, row.name, row.key in wanted) for row in known]
