"""Alerts: watched figures, with their history as a plot and a table."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sanderling.accounts.models import Membership
from sanderling.accounts.rights import Permission
from sanderling.broadcasts.models import Broadcast
from sanderling.lib.errors import Invalid
from sanderling.reports import alerting, alerts
from sanderling.reports.alerts import MEDIA_TYPES, Draft
from sanderling.reports.models import Alert, Check, Condition, Figure
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.reports.plotting import GRID, on_our_clock
from sanderling.workflows.models import Workflow

OFFERED = 200  # campaigns, the newest


class AlertForm(forms.Form):
    """What is watched, when it is alarming, and who is told."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    figure = forms.ChoiceField(label=gettext_lazy("Figure"), choices=Figure.choices)
    condition = forms.ChoiceField(label=gettext_lazy("Alarming when it"), choices=Condition.choices)
    limit = forms.DecimalField(
        label=gettext_lazy("Limit"),
        min_value=0,
        decimal_places=2,
        max_digits=17,
        help_text=gettext_lazy("Per cent; for revenue “is below” and “is above” an amount."),
    )
    window_hours = forms.IntegerField(
        label=gettext_lazy("Over the last hours"), min_value=1, max_value=alerts.LONGEST, initial=24
    )
    least = forms.IntegerField(
        label=gettext_lazy("Only when at least so many messages were sent"),
        min_value=0,
        max_value=2**31 - 1,
        initial=100,
    )
    media_type = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        choices=[("", gettext_lazy("All channels")), *((one, one) for one in MEDIA_TYPES)],
        required=False,
    )
    scope = forms.ChoiceField(label=gettext_lazy("Of"), required=False)
    readers = forms.MultipleChoiceField(
        label=gettext_lazy("Who gets a mail"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, organisation_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(organisation_id=organisation_id).select_related("user")
        people = [(str(one.user_id), str(one.user)) for one in members.order_by("pk")]
        self.fields["readers"].choices = people  # type: ignore[attr-defined]
        self.fields["scope"].choices = _scopes(organisation_id)  # type: ignore[attr-defined]

    def draft(self) -> Draft:
        """Return what was filled in."""
        filled = dict(self.cleaned_data)
        kind, _colon, number = filled.pop("scope").partition(":")
        readers = tuple(map(int, filled.pop("readers")))
        chosen: dict[str, Any] = {f"{kind}_id": int(number)} if number else {}
        return Draft(readers=readers, **chosen, **filled)


@allowed(Permission.READ_REPORTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """List the alerts, those that fire first."""
    rows = [
        (alert, alerting.sentence_of(alert), Check.objects.filter(alert=alert).last())
        for alert in alerts.alerts_of(request.organisation.pk)
    ]
    return render(request, "reports/alerts.html", {"rows": rows, "is_editable": _edits(request)})


@allowed(Permission.READ_REPORTS)
def show(request: PersonRequest, alert_id: int) -> HttpResponseBase:
    """Show an alert with its history."""
    alert = alerts.get(request.organisation.pk, alert_id)
    checks = alerts.checks_of(alert)
    shown = {
        "alert": alert,
        "sentence": alerting.sentence_of(alert),
        "scope": _scope_of(alert),
        "readers": Membership.objects.filter(
            organisation_id=alert.organisation_id, user_id__in=alert.readers
        ).select_related("user"),
        "checks": [
            (one, alerting.shown(alert, one.value), alerting.shown(alert, one.before))
            for one in checks[:50]
        ],
        "plot": _plot(alert, checks[::-1]),
        "is_editable": _edits(request),
    }
    return render(request, "reports/alert.html", shown)


@allowed(Permission.EDIT_ALERTS)
def new(request: PersonRequest) -> HttpResponseBase:
    """Fill in a new alert; the person who makes it gets the mail unless told otherwise."""
    return _form(request, None, {"readers": [str(request.user.pk)], "condition": Condition.BELOW})


@allowed(Permission.EDIT_ALERTS)
def edit(request: PersonRequest, alert_id: int) -> HttpResponseBase:
    """Change an alert."""
    alert = alerts.get(request.organisation.pk, alert_id)
    names = ("name", "figure", "condition", "limit", "window_hours", "least", "media_type")
    initial = {name: getattr(alert, name) for name in names}
    initial |= {"readers": [str(one) for one in alert.readers], "scope": _word_of(alert)}
    return _form(request, alert, initial)


@require_POST
@allowed(Permission.EDIT_ALERTS)
def pause(request: PersonRequest, alert_id: int) -> HttpResponseBase:
    """Let an alert rest, or go on."""
    is_on = request.POST.get("on") == "1"
    alerts.pause(request.organisation.pk, alert_id, on=is_on, by=request.actor)
    messages.success(request, _("The alert is paused.") if is_on else _("The alert goes on."))
    return redirect("reports-alert", alert_id)


@require_POST
@allowed(Permission.EDIT_ALERTS)
def delete(request: PersonRequest, alert_id: int) -> HttpResponseBase:
    """Delete an alert with its history."""
    alerts.delete(request.organisation.pk, alert_id, by=request.actor)
    messages.success(request, _("The alert is deleted."))
    return redirect("reports-alerts")


def _form(request: PersonRequest, alert: Alert | None, initial: dict[str, Any]) -> HttpResponseBase:
    form = AlertForm(request.POST or None, initial=initial, organisation_id=request.organisation.pk)
    if request.method == "POST" and form.is_valid():
        saved = _saved(request, form, alert)
        if saved is not None:
            messages.success(request, _("The alert is saved; it is looked at within a minute."))
            return redirect("reports-alert", saved.pk)
    return render(request, "reports/alert_edit.html", {"form": form, "alert": alert})


def _saved(request: PersonRequest, form: AlertForm, alert: Alert | None) -> Alert | None:
    try:
        return alerts.save(
            request.organisation.pk,
            form.draft(),
            alert_id=alert.pk if alert else None,
            by=request.actor,
        )
    except Invalid as refusal:
        for name, sentences in refusal.problems.items():
            for sentence in sentences:
                form.add_error(name if name in form.fields else None, sentence)
        return None


def _edits(request: PersonRequest) -> bool:
    return Permission.EDIT_ALERTS in request.actor.permissions


def _scopes(organisation_id: int) -> list[tuple[str, str]]:
    """Return what an alert can be about: everything, a campaign, a workflow."""
    broadcasts = Broadcast.objects.filter(organisation_id=organisation_id).order_by("-pk")[:OFFERED]
    workflows = Workflow.objects.filter(organisation_id=organisation_id).order_by("-pk")[:OFFERED]
    return [
        ("", _("All campaigns and workflows")),
        *((f"broadcast:{one.pk}", _("Campaign: %s") % one.name) for one in broadcasts),
        *((f"workflow:{one.pk}", _("Workflow: %s") % one.name) for one in workflows),
    ]


def _word_of(alert: Alert) -> str:
    if alert.broadcast_id:
        return f"broadcast:{alert.broadcast_id}"
    return f"workflow:{alert.workflow_id}" if alert.workflow_id else ""


def _scope_of(alert: Alert) -> str:
    return dict(_scopes(alert.organisation_id)).get(_word_of(alert), _word_of(alert))


def _plot(alert: Alert, checks: list[Check]) -> dict[str, Any] | None:
    """Return the figure over time; where a limit is a level, it is a line of its own."""
    points = [
        (on_our_clock(one.checked_at), float(one.value)) for one in checks if one.value is not None
    ]
    if len(points) < 2:
        return None
    line: dict[str, Any] = {
        "type": "line",
        "name": str(Figure(alert.figure).label),
        "data": points,
        "showSymbol": False,
    }
    if alert.condition in {Condition.BELOW, Condition.ABOVE}:
        line["markLine"] = {"symbol": "none", "data": [{"yAxis": float(alert.limit)}]}
    return {
        "grid": GRID | {"left": 64, "right": 56},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "time", "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "scale": True},
        "series": [line],
    }
