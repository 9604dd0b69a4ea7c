"""The rule of attribution per channel: which activity counts, and for how long before the order."""

from collections.abc import Sequence
from dataclasses import dataclass

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.activities.models import ActivityStatus
from sanderling.lib.errors import Invalid
from sanderling.revenue.models import AttributionRule

MEDIA_TYPES = ("Email", "Sms", "Viber", "WebPush", "MobilePush")
STATUSES = (
    ActivityStatus.SENT,
    ActivityStatus.DELIVERED,
    ActivityStatus.RECEIVED,
    ActivityStatus.CLICKED,
)
LONGEST_WINDOW = 24 * 366


@dataclass(frozen=True, slots=True)
class Rule:
    """What earns revenue in one channel."""

    media_type: str
    status: str = ActivityStatus.CLICKED
    window_hours: int = 168
    excluded_tags: tuple[str, ...] = ()


def rules_of(organisation_id: int) -> list[Rule]:
    """Return the rule of every channel; where nothing was set, a click within seven days."""
    stored = {
        row.media_type: Rule(row.media_type, row.status, row.window_hours, tuple(row.excluded_tags))
        for row in AttributionRule.objects.filter(organisation_id=organisation_id)
    }
    return [stored.get(media_type, Rule(media_type)) for media_type in MEDIA_TYPES]


def set_rule(
    organisation_id: int,
    media_type: str,
    *,
    status: str,
    window_hours: int,
    excluded_tags: Sequence[str] = (),
    by: Actor,
) -> None:
    """Set the rule of a channel; ``recomputing.recompute_since`` applies it to the past."""
    require(by, Permission.ADMINISTER)
    problems: dict[str, list[str]] = {}
    if media_type not in MEDIA_TYPES:
        problems["media_type"] = [f"Choose one of: {', '.join(MEDIA_TYPES)}."]
    if status not in STATUSES:
        problems["status"] = [f"Choose one of: {', '.join(STATUSES)}."]
    if not 1 <= window_hours <= LONGEST_WINDOW:
        problems["window_hours"] = ["Choose between one hour and a year."]
    if problems:
        raise Invalid(problems=problems)
    AttributionRule.objects.update_or_create(
        organisation_id=organisation_id,
        media_type=media_type,
        defaults={
            "status": status,
            "window_hours": window_hours,
            "excluded_tags": list(excluded_tags),
        },
    )
    auditing.record(by, "revenue.rule", media_type, status=status, hours=window_hours)
