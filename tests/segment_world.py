"""One case of the segment language is one text file: people, a condition, who is expected.

In the condition, lists, segments and additional fields are named; the loader puts their ids in.
"""

import datetime as dt
import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from sanderling.accounts.models import Organisation
from sanderling.activities.models import Rollup
from sanderling.contacts.models import Contact, ContactList, Field, FieldGroup, ListMember
from sanderling.events.models import Event, EventType
from sanderling.orders.models import Order
from sanderling.segments.models import Segment

DIRECTORY = Path(__file__).parent / "segments" / "cases"


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


class World:
    """The people of a case in the database."""

    def __init__(self, case: dict[str, Any], organisation: Organisation) -> None:
        self.organisation = organisation
        self.now: dt.datetime = case.get("now", dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC))
        group = FieldGroup.objects.create(organisation=organisation, name="Case", key="CASE")
        self.fields = {
            name: Field.objects.create(
                organisation=organisation, group=group, name=name, key=name.upper(), type=kind
            ).pk
            for name, kind in case.get("fields", {}).items()
        }
        self.lists: dict[str, int] = {}
        self.ids: dict[int, str] = {}
        for name, person in case["people"].items():
            self._person(name, person)
        for name, condition in case.get("segments", {}).items():
            self._segment(name, condition)

    def condition(self, text: str) -> Any:
        """Return the JSON of a condition with ids for names."""
        return self._named(json.loads(text))

    def names(self, ids: list[int]) -> list[str]:
        return sorted(self.ids[one] for one in ids)

    def _segment(self, name: str, condition: str) -> None:
        segment = Segment.objects.create(
            organisation=self.organisation, name=name, condition=self.condition(condition)
        )
        self.segments = {**getattr(self, "segments", {}), name: segment.pk}

    def _named(self, part: Any) -> Any:
        if isinstance(part, list):
            return [self._named(one) for one in part]
        if not isinstance(part, dict):
            return part
        members = {name: self._named(value) for name, value in part.items()}
        if str(members.get("field", "")).startswith("field:"):
            members["field"] = f"field:{self.fields[members['field'][6:]]}"
        if "list" in members:
            members["list"] = self._list(members["list"])
        if "segment" in members:
            members["segment"] = self.segments[members["segment"]]
        return members

    def _person(self, name: str, person: dict[str, Any]) -> None:
        facts = {part: person.pop(part, []) for part in ("lists", "activity", "events", "orders")}
        fields = {str(self.fields[key]): value for key, value in person.pop("fields", {}).items()}
        is_deleted = person.pop("deleted", False)
        organisation = self.organisation
        if person.pop("elsewhere", False):
            organisation = Organisation.objects.create(name=f"Not ours: {name}")
        contact = Contact.objects.create(
            organisation=organisation,
            fields=fields,
            deleted_at=self.now if is_deleted else None,
            **{"first_name": name, **person},
        )
        self.ids[contact.pk] = name
        self._facts(contact, facts)

    def _facts(self, contact: Contact, facts: dict[str, Any]) -> None:
        ours = {"organisation": contact.organisation, "contact_id": contact.pk}
        for name in facts["lists"]:
            ListMember.objects.create(**ours, list_id=self._list(name))
        for activity in facts["activity"]:
            Rollup.objects.create(**ours, **{"media_type": "Email", **activity})
        for event in facts["events"]:
            key = event.pop("type")
            kind, _ = EventType.objects.get_or_create(organisation=self.organisation, key=key)
            Event.objects.create(**ours, type=kind, **{"occurred_at": self.now, **event})
        for number, order in enumerate(facts["orders"]):
            total = Decimal(str(order.pop("total")))
            usual = {"status": "DELIVERED", "ordered_at": self.now}
            Order.objects.create(
                **ours, external_order_id=str(number), total_cost=total, **{**usual, **order}
            )

    def _list(self, name: str) -> int:
        if name not in self.lists:
            self.lists[name] = ContactList.objects.create(
                organisation=self.organisation, name=name
            ).pk
        return self.lists[name]
