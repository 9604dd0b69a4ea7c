"""Act two: segments that reach into the shop's tables, and the one for birthdays."""

from typing import Any

from sanderling.contacts.models import Field
from sanderling.segments import saving
from sanderling.segments.models import Segment
from sanderling.site.demonstration.stage import Stage

SPENT = "Spent over £1,000 in the last quarter"
ONCE = "Bought once and never again"
RETURNED = "Returned more than they kept"
BIRTHDAY = "Birthday today"


def build(stage: Stage) -> None:
    """Save the segments; each is one statement over our tables and the shop's."""
    conditions: dict[str, Any] = {
        SPENT: _figures(stage, "spent_last_quarter", ">", 1000),
        ONCE: _figures(stage, "orders", "=", 1),
        RETURNED: _figures(stage, "returned_more_than_kept", "is", value=True),
        BIRTHDAY: {
            "field": f"field:{_birthday(stage).pk}",
            "operator": "anniversary",
            "value": "today",
        },
    }
    for name, condition in conditions.items():
        known = Segment.objects.filter(organisation_id=stage.number, name=name).first()
        stage.segments[name] = known or saving.save(
            stage.number, name=name, condition=condition, by=stage.by
        )


def _figures(stage: Stage, column: str, operator: str, value: object) -> dict[str, Any]:
    row = {"column": column, "operator": operator, "value": value}
    return {"source": stage.sources["customer_figures"].pk, "where": {"all": [row]}}


def _birthday(stage: Stage) -> Field:
    return Field.objects.get(organisation_id=stage.number, name="Birthday")
