"""Alerts: figures that are watched, and their history."""

from decimal import Decimal, InvalidOperation
from typing import Any

from sanderling.api.answering import EMPTY, Answer, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Id, Number, Page, Shape
from sanderling.api.times import stamp
from sanderling.lib.errors import Invalid
from sanderling.reports import alerts
from sanderling.reports.models import Alert, Check


class AlertBody(Shape):
    """A rule; members that are absent stay.  ``readers`` are numbers of users."""

    name: str | None = None
    figure: str | None = None
    condition: str | None = None
    limit: Number | None = None
    window_hours: Id | None = None
    least: Id | None = None
    media_type: str | None = None
    broadcast_id: Id | None = None
    workflow_id: Id | None = None
    readers: list[Id] | None = None


class Rest(Shape):
    """Whether an alert rests."""

    paused: bool | None = None


@operation("GET", "/v3/alerts", summary="Alerts")
def list_alerts(call: Call) -> list[dict[str, Any]]:
    """Return the alerts, those that fire first."""
    return [_alert(one) for one in alerts.alerts_of(call.organisation_id)]


@operation("POST", "/v3/alerts", summary="Add an alert")
def add_alert(call: Call, body: AlertBody) -> dict[str, Any]:
    """Create an alert, looked at at once."""
    draft = _draft(body, Alert(limit=Decimal(0)))
    return _alert(alerts.save(call.organisation_id, draft, by=call.actor))


@operation("GET", "/v3/alerts/{alert_id}", summary="Get an alert")
def get_alert(call: Call, alert_id: int) -> dict[str, Any]:
    """Return an alert."""
    return _alert(alerts.get(call.organisation_id, alert_id))


@operation("PUT", "/v3/alerts/{alert_id}", summary="Change an alert")
def change_alert(call: Call, alert_id: int, body: AlertBody) -> dict[str, Any]:
    """Change an alert; it begins quiet."""
    draft = _draft(body, alerts.get(call.organisation_id, alert_id))
    return _alert(alerts.save(call.organisation_id, draft, alert_id=alert_id, by=call.actor))


@operation("DELETE", "/v3/alerts/{alert_id}", summary="Delete an alert")
def delete_alert(call: Call, alert_id: int) -> Answer:
    """Delete an alert with its history."""
    alerts.delete(call.organisation_id, alert_id, by=call.actor)
    return EMPTY


@operation("PUT", "/v3/alerts/{alert_id}/pause", summary="Pause an alert, or go on")
def pause_alert(call: Call, alert_id: int, body: Rest) -> Answer:
    """Let an alert rest, or go on."""
    paused = body.paused is not False
    alerts.pause(call.organisation_id, alert_id, on=paused, by=call.actor)
    return EMPTY


@operation("GET", "/v3/alerts/{alert_id}/checks", summary="History of an alert")
def alert_checks(call: Call, alert_id: int, query: Page) -> list[dict[str, Any]]:
    """Return a page of what the figure was, newest first."""
    alert = alerts.get(call.organisation_id, alert_id)
    rows = Check.objects.filter(alert=alert).order_by("-pk")
    return [_check(one) for one in rows[query.window(usual=50)]]


def _draft(body: AlertBody, base: Alert) -> alerts.Draft:
    told = {
        name: getattr(base, name) if getattr(body, name) is None else getattr(body, name)
        for name in AlertBody.__struct_fields__
    }
    return alerts.Draft(**{**told, "limit": _number(told["limit"])})


def _number(told: Any) -> Decimal:
    try:
        return round(Decimal(str(told)), 2)
    except InvalidOperation as error:
        raise Invalid(problems={"limit": ["A number that is not negative."]}) from error


def _alert(alert: Alert) -> dict[str, Any]:
    return present(
        id=alert.pk,
        name=alert.name,
        figure=alert.figure,
        condition=alert.condition,
        limit=float(alert.limit),
        windowHours=alert.window_hours,
        least=alert.least,
        mediaType=alert.media_type or None,
        broadcastId=alert.broadcast_id,
        workflowId=alert.workflow_id,
        readers=alert.readers,
        paused=alert.is_paused,
        firing=alert.is_firing,
    )


def _check(one: Check) -> dict[str, Any]:
    return present(
        checkedAt=stamp(one.checked_at),
        value=_float(one.value),
        before=_float(one.before),
        volume=one.volume,
        firing=one.is_firing,
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
