"""Keep alerts: create, change, pause, delete; who did it is written down."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Membership
from sanderling.accounts.rights import Permission, require
from sanderling.broadcasts.models import Broadcast
from sanderling.lib.errors import Invalid, NotFound
from sanderling.reports.models import Alert, Check, Condition, Figure
from sanderling.workflows.models import Workflow

LONGEST = 24 * 92
LARGEST = Decimal(10) ** 15
MEDIA_TYPES = ("Email", "Sms", "Viber", "WebPush", "MobilePush")


@dataclass(frozen=True)
class Draft:
    """What the form asks for; ``readers`` are numbers of users."""

    name: str
    figure: str
    condition: str
    limit: Decimal
    window_hours: int = 24
    least: int = 100
    media_type: str = ""
    broadcast_id: int | None = None
    workflow_id: int | None = None
    readers: Sequence[int] = field(default_factory=tuple)


def get(organisation_id: int, alert_id: int) -> Alert:
    """Return an alert of this organisation."""
    found = Alert.objects.filter(organisation_id=organisation_id, pk=alert_id)
    alert = found.select_related("organisation").first()
    if alert is None:
        raise NotFound("There is no such alert.")
    return alert


def alerts_of(organisation_id: int) -> list[Alert]:
    """Return the organisation's alerts, those that fire first."""
    rows = Alert.objects.filter(organisation_id=organisation_id).select_related("organisation")
    return list(rows.order_by("-is_firing", "name", "pk"))


def checks_of(alert: Alert) -> list[Check]:
    """Return the history of an alert, newest first."""
    return list(Check.objects.filter(alert=alert).order_by("-pk")[:500])


def save(organisation_id: int, draft: Draft, *, alert_id: int | None = None, by: Actor) -> Alert:
    """Create an alert, looked at at once, or change the one of ``alert_id``.

    A changed rule begins quiet.  Raises Invalid with the problems by field.
    """
    require(by, Permission.EDIT_ALERTS)
    alert = get(organisation_id, alert_id) if alert_id else Alert(organisation_id=organisation_id)
    if problems := _problems(organisation_id, draft):
        raise Invalid(problems=problems)
    with transaction.atomic():
        for name, value in asdict(draft).items():
            setattr(alert, name, value)
        alert.name, alert.readers = draft.name.strip(), sorted(set(draft.readers))
        alert.is_firing, alert.told_at, alert.next_check_at = False, None, timezone.now()
        alert.save()
        verb = "alert.change" if alert_id else "alert.create"
        auditing.record(
            by, verb, alert.pk, name=alert.name, figure=alert.figure,
            condition=alert.condition, limit=str(alert.limit),
        )  # fmt: skip
    return alert


def pause(organisation_id: int, alert_id: int, *, on: bool, by: Actor) -> None:
    """Let an alert rest, or go on at once."""
    require(by, Permission.EDIT_ALERTS)
    alert = get(organisation_id, alert_id)
    with transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(is_paused=on, next_check_at=timezone.now())
        auditing.record(by, "alert.pause" if on else "alert.resume", alert.pk)


def delete(organisation_id: int, alert_id: int, *, by: Actor) -> None:
    """Delete an alert with its history."""
    require(by, Permission.EDIT_ALERTS)
    alert = get(organisation_id, alert_id)
    with transaction.atomic():
        alert.delete()
        auditing.record(by, "alert.delete", alert_id, name=alert.name)


def _problems(organisation_id: int, draft: Draft) -> dict[str, list[str]]:
    is_part = draft.condition in {Condition.FELL, Condition.ROSE}
    checks = {
        "name": (0 < len(draft.name.strip()) <= 200, "Give the alert a name."),
        "figure": (draft.figure in Figure.values, "Choose what is watched."),
        "condition": (draft.condition in Condition.values, "Choose when it is alarming."),
        "limit": (
            draft.limit.is_finite() and 0 <= draft.limit <= LARGEST,
            "A number that is not negative.",
        ),
        "window_hours": (1 <= draft.window_hours <= LONGEST, "Between one hour and 92 days."),
        "least": (0 <= draft.least < 2**31, "A number of messages."),
        "media_type": (draft.media_type in {"", *MEDIA_TYPES}, "Choose a channel, or all."),
        "broadcast_id": (
            _is_ours(Broadcast, organisation_id, draft.broadcast_id),
            "No such campaign.",
        ),
        "workflow_id": (
            _is_ours(Workflow, organisation_id, draft.workflow_id),
            "No such workflow.",
        ),
        "readers": (_are_members(organisation_id, draft.readers), "Choose at least one member."),
    }
    problems = {name: [words] for name, (is_well, words) in checks.items() if not is_well}
    if draft.broadcast_id and draft.workflow_id:
        problems["workflow_id"] = ["Choose a campaign or a workflow, not both."]
    is_rate = draft.figure != Figure.REVENUE and not is_part
    if is_rate and "limit" not in problems and draft.limit > 100:
        problems["limit"] = ["A rate lies between 0 and 100 per cent."]
    return problems


def _is_ours(
    model: type[Broadcast] | type[Workflow], organisation_id: int, number: int | None
) -> bool:
    if number is None:
        return True
    return model.objects.filter(organisation_id=organisation_id, pk=number).exists()


def _are_members(organisation_id: int, readers: Sequence[int]) -> bool:
    wanted = set(readers)
    found = Membership.objects.filter(organisation_id=organisation_id, user_id__in=wanted)
    return bool(wanted) and found.count() == len(wanted)
