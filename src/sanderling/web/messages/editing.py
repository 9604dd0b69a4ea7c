"""Write a message and see it at once as somebody will.

The preview is rendered from what stands in the form, saved or not: its words come into the page,
its picture into a frame that can neither run a script nor reach our pages.
"""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import Invalid, NotFound
from sanderling.messages import checking, freezing, previewing, writing
from sanderling.messages.freezing import PARTS
from sanderling.messages.models import Channel, Message, Translation
from sanderling.messages.previewing import Preview
from sanderling.messages.problems import Problem
from sanderling.web.framing import in_frame
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.messages import inserting, shorts
from sanderling.web.messages.forms import LanguageForm, MessageForm
from sanderling.web.readers import contact_named


@allowed(Permission.EDIT_MESSAGES)
def new(request: PersonRequest) -> HttpResponseBase:
    """Write a new message of a channel; without one, a mail."""
    asked = request.POST if request.method == "POST" else request.GET
    channel = asked.get("channel", "")
    if channel in shorts.WRITTEN:
        return shorts.page(request, Message(organisation=request.organisation, channel=channel))
    return _form(request, Message(organisation=request.organisation, html=_beginning()))


@allowed(Permission.READ_REPORTS)
def edit(request: PersonRequest, message_id: int) -> HttpResponseBase:
    """Change a message; whoever may not change it may read it."""
    message = writing.get(request.organisation.pk, message_id)
    if message.channel != Channel.EMAIL:
        return shorts.page(request, message)
    return _form(request, message)


@require_POST
@allowed(Permission.READ_REPORTS)
def preview_words(request: PersonRequest) -> HttpResponseBase:
    """Show subject, problems and data of what stands in the form."""
    shown = previewed(request)
    return render(request, "messages/_preview.html", {"preview": shown})


@require_POST
@xframe_options_sameorigin
@allowed(Permission.READ_REPORTS)
def preview_page(request: PersonRequest) -> HttpResponseBase:
    """Show the page of what stands in the form, to be put into a frame."""
    shown = previewed(request)
    if shown.html:
        return in_frame(shown.html)
    words = shown.text or "\n\n".join(map(_in_words, shown.problems))
    return in_frame(words, content_type="text/plain; charset=utf-8")


@require_POST
@allowed(Permission.EDIT_MESSAGES)
def add_language(request: PersonRequest, message_id: int) -> HttpResponseBase:
    """Begin a version in another language with the texts of the main one."""
    message = writing.get(request.organisation.pk, message_id)
    language = request.POST.get("language", "").strip().lower()
    if message.translations.filter(language=language).exists():
        return redirect("messages-language", message_id, language)
    parts = {part: getattr(message, part) for part in PARTS}
    try:
        made = writing.translate(
            request.organisation.pk, message_id, language, by=request.actor, **parts
        )
    except Invalid as error:
        messages.error(request, error.message)
        return redirect("messages-edit", message_id)
    return redirect("messages-language", message_id, made.language)


@allowed(Permission.READ_REPORTS)
def edit_language(request: PersonRequest, message_id: int, language: str) -> HttpResponseBase:
    """Change a version in another language."""
    message = writing.get(request.organisation.pk, message_id)
    translation = message.translations.filter(language=language).first()
    if translation is None:
        raise NotFound(_("The message has no version in this language."))
    if message.channel != Channel.EMAIL:
        return shorts.page(request, message, translation)
    form = LanguageForm(request.POST or None, instance=translation)
    if request.method == "POST" and form.is_valid():
        parts = {part: form.cleaned_data[part] for part in PARTS}
        writing.translate(request.organisation.pk, message_id, language, by=request.actor, **parts)
        messages.success(request, _("Saved."))
        return redirect("messages-language", message_id, language)
    return render(request, "messages/edit.html", _shown(request, message, form, translation))


@require_POST
@allowed(Permission.EDIT_MESSAGES)
def remove_language(request: PersonRequest, message_id: int, language: str) -> HttpResponseBase:
    """Take a language away."""
    writing.remove_translation(request.organisation.pk, message_id, language, by=request.actor)
    messages.success(request, _("Its readers get the main version now."))
    return redirect("messages-edit", message_id)


def _beginning() -> str:
    """Return what a new mail begins with: a greeting, and the link that every mail must have."""
    greeting, leaving = _("Hello, ${firstName|'there'}!"), _("Unsubscribe")
    return f'<p>{greeting}</p>\n\n<p><a href="$!unsubscribeUrl">{leaving}</a></p>\n'


def _form(request: PersonRequest, message: Message) -> HttpResponseBase:
    form = MessageForm(
        request.POST or None, instance=message, organisation_id=request.organisation.pk
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = writing.save(
                request.organisation.pk,
                by=request.actor,
                message_id=message.pk,
                **form.cleaned_data,
            )
        except Invalid as error:
            for name, sentences in error.problems.items():
                form.add_error(name if name in form.fields else None, sentences)
        else:
            messages.success(request, _("Saved."))
            return redirect("messages-edit", saved.pk)
    return render(request, "messages/edit.html", _shown(request, message, form, None))


def _shown(
    request: PersonRequest,
    message: Message,
    form: MessageForm | LanguageForm,
    translation: Translation | None,
) -> dict[str, Any]:
    stored = Message.objects.get(pk=message.pk) if message.pk else None
    return {
        "form": form,
        "message": stored,
        "translation": translation,
        "languages": stored.translations.order_by("language") if stored else [],
        "problems": checking.problems_of(stored) if stored else [],
        "is_editable": Permission.EDIT_MESSAGES in request.actor.permissions,
        "insertable": inserting.groups_of(request.organisation.pk, links=True),
        "may_send": Permission.SEND in request.actor.permissions,
    }


def previewed(request: PersonRequest) -> Preview:
    """Return the form's message as the chosen contact would get it."""
    columns: dict[str, Any] = {name: request.POST.get(name, "") for name in PARTS}
    columns["name"] = request.POST.get("name", "")
    snapshot = freezing.draft(request.organisation.pk, columns=columns)
    who = request.POST.get("reader", "").strip()
    may_see_people = Permission.READ_CONTACTS in request.actor.permissions
    contact_id = contact_named(request.organisation.pk, who) if may_see_people else None
    try:
        params = _params(request.POST.get("params", ""))
    except ValueError:
        return Preview(problems=[Problem("data", _("The data of the trigger is not JSON."))])
    shown = previewing.preview(
        request.organisation.pk, snapshot, contact_id=contact_id, params=params
    )
    if who and contact_id is None:
        words = _("There is no contact “%(who)s”.") % {"who": who[:100]}
        shown.problems.insert(0, Problem("reader", words, is_fatal=False))
    return shown


def _in_words(problem: Problem) -> str:
    """Return a problem for a frame without our pages: the place, the sentence, the line itself."""
    place = ""
    if problem.line:
        place = _("line %(line)d, column %(column)d") % {
            "line": problem.line,
            "column": problem.column,
        }
    head = f"{problem.part}, {place}: " if place else f"{problem.part}: "
    line = f"\n    {problem.source_line}" if problem.source_line else ""
    return f"{head}{problem.message}{line}"


def _params(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        params = json.loads(text)
    except RecursionError as error:
        raise ValueError from error
    if not isinstance(params, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the same to the author
    inner = params.get("data")
    return inner if isinstance(inner, dict) else params
