"""Read what was captured.

A captured mail is somebody's HTML: it is shown in a sandboxed frame (``web/framing.py``).
"""

import email
import email.policy
import json
import re
from email.message import EmailMessage

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import NotFound
from sanderling.messages.models import Channel
from sanderling.sending.models import Captured
from sanderling.web.framing import in_frame
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.paging import before_of

PAGE = 50
OUR_PIXEL = re.compile(r"<img[^>]*/t/o/[^>]*>")


@allowed(Permission.READ_REPORTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """List the newest mails; ``?to=`` finds those of an address."""
    mails = Captured.objects.filter(organisation=request.organisation).defer("raw").order_by("-pk")
    to = request.GET.get("to", "").strip().replace("\0", "")
    if to:
        mails = mails.filter(recipient__istartswith=to)
    if before := before_of(request):
        mails = mails.filter(pk__lt=before)
    page = list(mails[: PAGE + 1])
    older = page[PAGE - 1].pk if len(page) > PAGE else None
    return render(request, "inbox/index.html", {"mails": page[:PAGE], "older": older, "to": to})


@allowed(Permission.READ_REPORTS)
def show(request: PersonRequest, mail_id: int) -> HttpResponseBase:
    """Show one mail: its head, its page and its text."""
    found = _get(request, mail_id)
    if found.media_type != Channel.EMAIL:
        return _note(request, found)
    mail = _parsed(found)
    text = mail.get_body(("plain",))
    shown = {
        "mail": found,
        "head": [(name, str(value)) for name, value in mail.items()],
        "text": text.get_content() if text is not None else "",
    }
    return render(request, "inbox/show.html", shown)


@allowed(Permission.READ_REPORTS)
def page(request: PersonRequest, mail_id: int) -> HttpResponseBase:
    """Return the mail's HTML for the sandboxed frame."""
    body = _parsed(_get_mail(request, mail_id)).get_body(("html",))
    html = body.get_content() if body is not None else ""
    return in_frame(OUR_PIXEL.sub("", html))  # a colleague who looks is no reader who opened


@allowed(Permission.READ_REPORTS)
def source(request: PersonRequest, mail_id: int) -> HttpResponseBase:
    """Return the mail as it would have gone over the wire."""
    found = _get_mail(request, mail_id)
    response = HttpResponse(bytes(found.raw), content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="mail-{found.pk}.eml"'
    return response


def _note(request: PersonRequest, found: Captured) -> HttpResponseBase:
    """Show what the provider would have been told."""
    values = json.loads(bytes(found.raw))
    rows = [(name, value) for name, value in values.items() if value not in (None, "", [])]
    shown = {
        "mail": found,
        "channel": Channel(found.media_type).label,
        "sender": values.get("from", ""),
        "text": values.get("text", ""),
        "rows": rows,
    }
    return render(request, "inbox/note.html", shown)


def _get_mail(request: PersonRequest, mail_id: int) -> Captured:
    found = _get(request, mail_id)
    if found.media_type != Channel.EMAIL:
        raise NotFound
    return found


def _get(request: PersonRequest, mail_id: int) -> Captured:
    found = Captured.objects.filter(organisation=request.organisation, pk=mail_id).first()
    if found is None:
        raise NotFound
    return found


def _parsed(found: Captured) -> EmailMessage:
    mail = email.message_from_bytes(bytes(found.raw), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail
