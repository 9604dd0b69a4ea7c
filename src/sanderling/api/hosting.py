"""A stored message in the browser, for whoever has its link (``viewLink``, api.md §5.2).

The link is signed and names one message; nobody's data are in it: fields of the contact are
empty and no source is asked about anybody.
"""

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.lib.errors import NotFound
from sanderling.messages import freezing, previewing, writing
from sanderling.messages.models import Channel, Message

SALT = "sanderling.api.hosting"
# As a mail's own page: pictures and styles from anywhere, nothing runs, no origin.
SEALED = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "img-src https: http: data:; style-src 'unsafe-inline' https:; font-src https: data:"
)


@operation(
    "GET", "/v1/messages/email/{message_id}/viewLink", summary="Link to a message in the browser",
    bucket="stored messages",
)  # fmt: skip
def view_link(call: Call, message_id: int) -> dict[str, Any]:
    """Return an address at which the message can be seen."""
    message = writing.get(call.organisation_id, message_id)
    if message.channel != Channel.EMAIL:
        raise NotFound(f"Message with id='{message_id}' not found")
    word = signing.dumps([call.organisation_id, message_id], salt=SALT)
    return {"link": f"{settings.BASE_URL}/m/{word}"}


@require_safe
def page(request: HttpRequest, word: str) -> HttpResponse:
    """Show the message of a signed word."""
    message = _message_of(word)
    if message is None:
        return HttpResponse("This link leads nowhere.", status=404, content_type="text/plain")
    snapshot = freezing.draft(
        message.organisation_id,
        columns=freezing.columns_of(message),
        translations=freezing.translations_of(message),
    )
    shown = previewing.preview(message.organisation_id, snapshot, params={})
    response = HttpResponse(shown.html)
    response["Content-Security-Policy"] = SEALED
    response["X-Robots-Tag"] = "noindex"
    return response


def _message_of(word: str) -> Message | None:
    try:
        organisation_id, message_id = signing.loads(word, salt=SALT)
        return writing.get(organisation_id, message_id)
    except (signing.BadSignature, NotFound, ValueError, TypeError):
        return None
