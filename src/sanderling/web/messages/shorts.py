"""Write an SMS, a Viber message or a push, and see it on a telephone as somebody will.

The number of signs and parts is reckoned from the preview: what counts is what a person gets,
with their name and with links as long as they will be.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.channels import sms
from sanderling.lib.errors import Invalid
from sanderling.messages import checking, freezing, previewing, writing
from sanderling.messages.models import Channel, Message, Translation
from sanderling.messages.previewing import Preview
from sanderling.messages.problems import Problem
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.messages import inserting
from sanderling.web.messages.shortforms import ShortForm
from sanderling.web.readers import contact_named

NAMES = {"subject": "title", "sender_name": "sender", "from": "sender"}
# What the page can write; Telegram is written by programs.
WRITTEN = (Channel.SMS, Channel.VIBER, Channel.MOBILE_PUSH, Channel.WEB_PUSH, Channel.APP_INBOX)


def page(
    request: PersonRequest, message: Message, translation: Translation | None = None
) -> HttpResponseBase:
    """Show the editor; a POST saves, or shows the preview when its button was pressed."""
    form = ShortForm(request.POST or None, message=message, translation=translation)
    shown = None
    if request.method == "POST" and "preview" in request.POST:
        shown = _previewed(request, message, translation)
    elif request.method == "POST" and form.is_valid():
        try:
            return _saved(request, message, translation, form)
        except Invalid as refusal:
            for name, sentences in refusal.problems.items():
                field = NAMES.get(name, name)
                form.add_error(field if field in form.fields else None, sentences)
    stored = Message.objects.get(pk=message.pk) if message.pk else None
    return render(
        request,
        "messages/short.html",
        {
            "form": form,
            "message": stored,
            "channel": message.channel,
            "channel_title": Channel(message.channel).label,
            "translation": translation,
            "languages": stored.translations.order_by("language") if stored else [],
            "problems": checking.problems_of(stored) if stored else [],
            "is_editable": Permission.EDIT_MESSAGES in request.actor.permissions,
            "insertable": inserting.groups_of(request.organisation.pk, links=False),
            **_seen(shown or _previewed(request, message, translation), message),
        },
    )


@require_POST
@allowed(Permission.READ_REPORTS)
def preview(request: PersonRequest) -> HttpResponseBase:
    """Show the telephone for what stands in the form."""
    channel = request.POST.get("channel", "")
    if channel not in WRITTEN:
        channel = Channel.SMS
    message = Message(organisation=request.organisation, channel=channel)
    shown = _seen(_previewed(request, message, None), message)
    return render(request, "messages/_telephone.html", {"channel": channel, **shown})


def _saved(
    request: PersonRequest, message: Message, translation: Translation | None, form: ShortForm
) -> HttpResponseBase:
    ours = request.organisation.pk
    if translation is None:
        saved = writing.save(ours, message_id=message.pk, by=request.actor, **form.columns())
        messages.success(request, _("Saved."))
        return redirect("messages-edit", saved.pk)
    language = translation.language
    writing.translate(
        ours, message.pk, language, by=request.actor, details=form.details(), **form.parts()
    )
    messages.success(request, _("Saved."))
    return redirect("messages-language", message.pk, language)


def _previewed(
    request: PersonRequest, message: Message, translation: Translation | None
) -> Preview:
    """Return the message as the chosen contact would get it: of the form, else as it is stored."""
    ours = request.organisation.pk
    form = ShortForm(request.POST or None, message=message, translation=translation)
    columns = {name: getattr(message, name) for name in freezing.COLUMNS}
    if request.method == "POST":
        form.is_valid()
        parts = {"text": request.POST.get("text", ""), "subject": request.POST.get("title", "")}
        columns |= {**parts, "details": message.details | _given(form)}
    elif translation is not None:
        parts = {"text": translation.text, "subject": translation.subject}
        columns |= {**parts, "details": message.details | translation.details}
    who = request.POST.get("reader", "").strip()
    may_see_people = Permission.READ_CONTACTS in request.actor.permissions
    contact_id = contact_named(ours, who) if may_see_people else None
    draft = freezing.draft(ours, columns=columns)
    shown = previewing.preview(ours, draft, contact_id=contact_id)
    if who and contact_id is None:
        words = _("There is no contact “%(who)s”.") % {"who": who[:100]}
        shown.problems.insert(0, Problem("reader", words, is_fatal=False))
    return shown


def _given(form: ShortForm) -> dict[str, Any]:
    """Return the members of a form that may be wrong elsewhere."""
    form.cleaned_data = {name: form.cleaned_data.get(name) for name in form.fields}
    return form.details()


def _seen(shown: Preview, message: Message) -> dict[str, Any]:
    is_sms = message.channel == Channel.SMS
    return {
        "preview": shown,
        "length": sms.length_of(shown.text) if is_sms else None,
        "longest": sms.LONGEST,
        "sender": message.sender_name,
    }
