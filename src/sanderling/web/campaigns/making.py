"""Make a campaign: the message, the people, a name."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.broadcasts import drafting
from sanderling.broadcasts.models import PaceUnit
from sanderling.lib.errors import Invalid, SanderlingError
from sanderling.messages.models import Channel, Message
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


class CampaignForm(forms.Form):
    """Which message goes to whom."""

    message = forms.TypedChoiceField(label=_("Message"), coerce=int)
    include = forms.TypedMultipleChoiceField(
        label=_("Send to"), coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text=_("Everybody in any of these lists or segments."),
    )  # fmt: skip
    exclude = forms.TypedMultipleChoiceField(
        label=_("But not to"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Nobody in any of these."),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Name"), required=False, max_length=1000,
        help_text=_("Empty: the message and its people."),
    )  # fmt: skip

    batch_size = forms.IntegerField(
        label=_("Speed"), required=False, min_value=1, max_value=drafting.MOST_IN_A_UNIT,
        help_text=_("So many messages at most. Empty: as fast as they leave."),
    )  # fmt: skip
    batch_unit = forms.ChoiceField(
        label=_("In"), choices=PaceUnit.choices, required=False, initial=PaceUnit.HOUR
    )

    def __init__(self, *args: Any, organisation_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = drafting.groups_of(organisation_id)
        fields: dict[str, Any] = self.fields
        fields["message"].choices = _written(organisation_id)
        fields["include"].choices = fields["exclude"].choices = groups


class TimeForm(forms.Form):
    """When a campaign starts, on the organisation's clock."""

    at = forms.DateTimeField(
        label=_("Start at"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def moment(self, request: PersonRequest) -> dt.datetime:
        """Return the time in the organisation's zone."""
        naive: dt.datetime = self.cleaned_data["at"].replace(tzinfo=None)
        return naive.replace(tzinfo=request.organisation.zone)


@allowed(Permission.SEND)
def new(request: PersonRequest) -> HttpResponseBase:
    """Make a draft; nothing is sent by it."""
    here = request.organisation.pk
    chosen = {"message": request.GET.get("message"), "include": request.GET.getlist("segment")}
    form = CampaignForm(request.POST or None, initial=chosen, organisation_id=here)
    if request.method == "POST" and form.is_valid():
        try:
            made = drafting.create(
                here,
                message_id=form.cleaned_data["message"],
                include=form.cleaned_data["include"],
                exclude=form.cleaned_data["exclude"],
                name=form.cleaned_data["name"],
                batch_size=form.cleaned_data["batch_size"],
                batch_unit=form.cleaned_data["batch_unit"],
                by=request.actor,
            )
        except Invalid as error:
            for name, sentences in error.problems.items():
                form.add_error(name if name in form.fields else None, sentences)
        else:
            messages.success(request, __("The campaign is a draft; start it when it is ready."))
            return redirect("campaigns-show", made.pk)
    fields: dict[str, Any] = form.fields
    shown = {
        "form": form,
        "has_messages": bool(fields["message"].choices),
        "has_groups": bool(fields["include"].choices),
    }
    return render(request, "campaigns/new.html", shown)


@require_POST
@allowed(Permission.SEND)
def estimate(request: PersonRequest) -> HttpResponseBase:
    """Count the people of the chosen lists and segments."""
    shown: dict[str, Any] = {}
    try:
        include, exclude = (_numbers(request.POST.getlist(name)) for name in ("include", "exclude"))
        shown["total"] = drafting.estimate(
            request.organisation.pk, include=include, exclude=exclude
        )
    except SanderlingError as trouble:
        shown["trouble"] = trouble.message
    return render(request, "campaigns/_estimate.html", shown)


def _numbers(words: list[str]) -> list[int]:
    return [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19]


def _written(organisation_id: int) -> list[tuple[Any, Any]]:
    """Return the messages to choose from; with several channels, a group for each."""
    rows = Message.objects.filter(organisation_id=organisation_id).order_by("-pk")
    by_channel: dict[str, list[tuple[int, str]]] = {}
    for number, name, channel in rows.values_list("pk", "name", "channel"):
        by_channel.setdefault(channel, []).append((number, name))
    if len(by_channel) < 2:
        return [message for group in by_channel.values() for message in group]
    known = [channel for channel in Channel if channel.value in by_channel]
    return [(channel.label, by_channel[channel.value]) for channel in known]
