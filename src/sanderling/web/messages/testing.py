"""The message that stands in the form, saved or not, as a real mail to oneself or a colleague."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import SanderlingError
from sanderling.sending import testing
from sanderling.web.framing import in_frame
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.messages.editing import previewed

SENDERS = ("sender_name", "sender_email", "reply_to")


@require_POST
@xframe_options_sameorigin
@allowed(Permission.SEND)
def test(request: PersonRequest) -> HttpResponseBase:
    """Send it as the chosen contact would get it; say in words what became of it.

    Without script the words appear in the frame of the preview: what was typed stays on the page.
    """
    columns = {name: request.POST.get(name, "").strip() for name in SENDERS}
    to, trouble = request.POST.get("to", ""), ""
    try:
        words = testing.send_draft(
            request.organisation.pk, columns, previewed(request), to=to, by=request.actor
        )
    except SanderlingError as error:
        words, trouble = "", error.message
    if "HX-Request" not in request.headers:
        return in_frame(words or trouble, content_type="text/plain; charset=utf-8")
    return render(request, "messages/_tested.html", {"words": words, "trouble": trouble})
