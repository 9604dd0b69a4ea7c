"""Event types: made when first seen, and checked when somebody declared their parameters."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.events.models import EventType
from sanderling.lib.errors import Invalid, NotFound
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
LONGEST_KEY = 100
# api.md §1.7; the same signs are refused wherever a key becomes an event type.
FORBIDDEN = frozenset("<>;'’\\/|\"`^?!,")


@dataclass(frozen=True, slots=True)
class Declared:
    """An event type as recording needs it."""

    id: int
    key: str
    is_validated: bool
    parameters: list[dict[str, Any]]

    def missing_from(self, params: dict[str, Any]) -> list[str]:
        """Return the required parameters that are not there; an unvalidated type wants none."""
        if not self.is_validated:
            return []
        return [
            declared["name"]
            for declared in self.parameters
            if declared.get("required") and declared["name"] not in params
        ]


def check_key(key: str) -> None:
    """Raise Invalid unless the text may name an event type."""
    if not key.strip():
        raise Invalid(problems={"eventTypeKey": ["eventTypeKey must be specified."]})
    if len(key) > LONGEST_KEY:
        raise Invalid(
            problems={"eventTypeKey": [f"eventTypeKey is longer than {LONGEST_KEY} characters."]}
        )
    if found := sorted(FORBIDDEN.intersection(key)):
        raise Invalid(
            problems={"eventTypeKey": [f"eventTypeKey must not contain {' '.join(found)}"]}
        )


def of_keys(organisation_id: int, keys: Iterable[str]) -> dict[str, Declared]:
    """Return the types of these keys; the ones that are new are made."""
    wanted = sorted(set(keys))
    params = {"organisation_id": organisation_id, "keys": wanted}
    found = _by_key(STATEMENTS.rows("select_types", params))
    if len(found) < len(wanted):
        for key in wanted:
            check_key(key)
        found = _by_key(STATEMENTS.rows("add_types", params))
    return found


def has_room_for(organisation_id: int, key: str, *, most: int) -> bool:
    """Say whether an event of this type may come from strangers: known, or one of the first."""
    ours = EventType.objects.filter(organisation_id=organisation_id)
    return ours.filter(key=key).exists() or ours.count() < most


def declare(
    organisation_id: int, type_id: int, *, parameters: list[dict[str, Any]], by: Actor
) -> None:
    """Validate a type's events from now on: ``[{"name": "cartId", "required": true}]``.

    An empty list ends the validation.
    """
    changed = EventType.objects.filter(organisation_id=organisation_id, pk=type_id).update(
        parameters=parameters, is_validated=bool(parameters)
    )
    if not changed:
        raise NotFound
    auditing.record(by, "event_type.declare", type_id, parameters=len(parameters))


def _by_key(rows: list[tuple[Any, ...]]) -> dict[str, Declared]:
    return {row[1]: Declared(*row) for row in rows}
