"""The copy of a source: kept or not, how old, and how far the next one is."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import Conflict, Invalid
from sanderling.sources import copies, saving
from sanderling.sources.models import DataSource
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest

Choices = tuple[tuple[int, Any], ...]
EVERY: Choices = (
    (15, gettext_lazy("Every 15 minutes")),
    (60, gettext_lazy("Every hour")),
    (360, gettext_lazy("Every 6 hours")),
    (1440, gettext_lazy("Every 24 hours")),
)
OLDEST: Choices = (
    (60, gettext_lazy("One hour")),
    (360, gettext_lazy("6 hours")),
    (1440, gettext_lazy("24 hours")),
    (4320, gettext_lazy("3 days")),
    (10080, gettext_lazy("7 days")),
)


class CopyForm(forms.Form):
    """How often a copy is made, and until when it may be used."""

    every_minutes = forms.TypedChoiceField(
        label=gettext_lazy("Make the copy anew"), choices=EVERY, coerce=int
    )
    oldest_minutes = forms.TypedChoiceField(
        label=gettext_lazy("Use it at most for"),
        choices=OLDEST,
        coerce=int,
        help_text=gettext_lazy("An older copy counts as an outage: see the setting below."),
    )


def form_of(source: DataSource) -> CopyForm:
    """Return the form as the source has it; an interval set by the API is one more choice."""
    kept = source.kept_copy
    every = kept.every_minutes if kept else copies.DEFAULT_EVERY
    oldest = kept.oldest_minutes if kept else copies.DEFAULT_OLDEST
    form = CopyForm(initial={"every_minutes": every, "oldest_minutes": oldest})
    form.fields["every_minutes"].choices = _with(EVERY, every)  # type: ignore[attr-defined]
    form.fields["oldest_minutes"].choices = _with(OLDEST, oldest)  # type: ignore[attr-defined]
    return form


def _with(choices: Choices, minutes: int) -> Choices:
    if minutes in dict(choices):
        return choices
    return (*choices, (minutes, _("%(minutes)s minutes") % {"minutes": minutes}))


@allowed(Permission.READ_CONTACTS)
def state(request: PersonRequest, source_id: int) -> HttpResponseBase:
    """Show how the copy stands, for a page that looks again every few seconds."""
    source = saving.get(request.organisation.pk, source_id)
    return render(request, "sources/_copy_state.html", {"copy": source.kept_copy, "source": source})


@require_POST
@allowed(Permission.EDIT_CONNECTORS)
def keep(request: PersonRequest, source_id: int) -> HttpResponseBase:
    """Keep a copy from now on, or change how often it is made."""
    form = CopyForm(request.POST)
    minutes = {name: _minutes(form, name) for name in form.fields}
    try:
        copies.keep(request.organisation.pk, source_id, **minutes, by=request.actor)
        messages.success(request, _("The copy is being made."))
    except Invalid as refusal:
        for sentences in refusal.problems.values():
            messages.error(request, " ".join(sentences))
    return redirect("sources-show", source_id)


@require_POST
@allowed(Permission.EDIT_CONNECTORS)
def copy_now(request: PersonRequest, source_id: int) -> HttpResponseBase:
    """Make the copy anew at once."""
    try:
        copies.copy_now(request.organisation.pk, source_id, by=request.actor)
        messages.success(request, _("The copy is being made."))
    except Conflict as refusal:
        messages.error(request, refusal.message)
    return redirect("sources-show", source_id)


@require_POST
@allowed(Permission.EDIT_CONNECTORS)
def drop(request: PersonRequest, source_id: int) -> HttpResponseBase:
    """Ask the table itself again."""
    try:
        copies.drop(request.organisation.pk, source_id, by=request.actor)
        messages.success(request, _("The table itself is asked again."))
    except Conflict as refusal:
        messages.error(request, refusal.message)
    return redirect("sources-show", source_id)


def _minutes(form: CopyForm, name: str) -> int:
    """Return what was chosen; the room refuses what makes no sense."""
    typed = form.data.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 0
