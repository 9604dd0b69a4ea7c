"""The compiler against a naive reading in Python, over conditions that hypothesis makes up.

The reading below shares nothing with the compiler: it loops over people and asks each leaf.
"""

import calendar
import datetime as dt
import zoneinfo
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sanderling.accounts.models import Organisation
from sanderling.contacts.models import Contact, ContactList, Field, FieldGroup, ListMember
from sanderling.postgres.statements import fetch
from sanderling.segments import compiling
from sanderling.segments.conditions import parse
from sanderling.segments.simplifying import simplify
from sanderling.segments.writing import written

ZONE = zoneinfo.ZoneInfo("Europe/Kyiv")
NOW = dt.datetime(2026, 3, 1, 22, 30, tzinfo=dt.UTC)  # already 2 March in Kyiv
TODAY = dt.date(2026, 3, 2)
WORDS = ["", "Kyiv", "kyiv", "Lviv", "Нова Каховка", "НОВА", "5%", "iv"]
DAYS = ["", "1990-03-02", "1992-02-29", "1991-02-28", "2026-03-02", "2026-02-28", "2026-03-05"]
NUMBERS = ["", "0", "-1.5", "10", "9", "many"]


class World:
    """Forty people of every sort, and what each has."""

    def __init__(self) -> None:
        self.organisation = Organisation.objects.create(name="Naive", time_zone="Europe/Kyiv")
        group = FieldGroup.objects.create(organisation=self.organisation, name="F", key="F")
        self.day = self._field(group, "Day", "date")
        self.number = self._field(group, "Number", "decimal")
        self.list = ContactList.objects.create(organisation=self.organisation, name="L").pk
        self.people = [self._person(n) for n in range(40)]

    def _field(self, group: FieldGroup, name: str, kind: str) -> str:
        field = Field.objects.create(
            organisation=self.organisation, group=group, name=name, key=name.upper(), type=kind
        )
        return str(field.pk)

    def _person(self, n: int) -> dict[str, Any]:
        fields = {self.day: DAYS[n % len(DAYS)], self.number: NUMBERS[n % len(NUMBERS)]}
        created = NOW - dt.timedelta(hours=7 * n)
        contact = Contact.objects.create(
            organisation=self.organisation,
            town=WORDS[n % len(WORDS)],
            fields={} if n % 11 == 0 else fields,
            created_at=created,
        )
        listed = n % 3 == 0
        if listed:
            ListMember.objects.create(
                organisation=self.organisation, contact=contact, list_id=self.list
            )
        has = {} if n % 11 == 0 else fields
        return {
            "id": contact.pk,
            "town": contact.town,
            "day": has.get(self.day, ""),
            "number": has.get(self.number, ""),
            "created": created.astimezone(ZONE).date(),
            "listed": listed,
        }


TEXT_TESTS: dict[str, Callable[[str, Any], bool]] = {
    "is": lambda has, value: has.lower() == value.lower(),
    "is_not": lambda has, value: has.lower() != value.lower(),
    "contains": lambda has, value: value.lower() in has.lower(),
    "not_contains": lambda has, value: value.lower() not in has.lower(),
    "starts": lambda has, value: has.lower().startswith(value.lower()),
    "ends": lambda has, value: has.lower().endswith(value.lower()),
    "in": lambda has, value: has.lower() in [one.lower() for one in value],
    "not_in": lambda has, value: has.lower() not in [one.lower() for one in value],
}


def holds(part: dict[str, Any], person: dict[str, Any], world: World) -> bool:
    for kind, together in (("all", all), ("any", any)):
        if kind in part:
            return together(holds(one, person, world) for one in part[kind])
    if "none" in part:
        return not any(holds(one, person, world) for one in part["none"])
    if "list" in part:
        return bool(person["listed"]) is (part["operator"] == "in")
    name = part["field"].removeprefix("field:")
    if name == world.number:
        return number_holds(part, person["number"])
    if name == world.day:
        return day_holds(part, person["day"])
    if name == "created_at":
        return day_holds(part, person["created"].isoformat())
    return text_holds(part, person["town"])


def text_holds(part: dict[str, Any], has: str) -> bool:
    if part["operator"] in ("specified", "not_specified"):
        return bool(has) is (part["operator"] == "specified")
    return TEXT_TESTS[part["operator"]](has, part["value"])


def number_holds(part: dict[str, Any], has: str) -> bool:
    operator = part["operator"]
    if operator in ("specified", "not_specified"):
        return bool(has) is (operator == "specified")
    number = None if has in ("", "many") else Decimal(has)
    if operator == "!=":
        return number != Decimal(part["value"])
    if number is None:
        return False
    if operator == "between":
        return Decimal(part["value"][0]) <= number <= Decimal(part["value"][1])
    value = Decimal(part["value"])
    return {
        "=": number == value,
        ">": number > value,
        ">=": number >= value,
        "<": number < value,
        "<=": number <= value,
    }[operator]


def day_holds(part: dict[str, Any], has: str) -> bool:
    operator, value = part["operator"], part.get("value")
    if operator in ("specified", "not_specified"):
        return bool(has) is (operator == "specified")
    if not has:
        return False
    day = dt.date.fromisoformat(has)
    if operator == "anniversary":
        return any(is_anniversary(day, one) for one in days_of(value))
    if operator == "during":
        return day in set(days_of(value))
    if operator == "ago":
        return day == TODAY - dt.timedelta(days=value["n"])
    if operator == "between":
        return value[0] <= has <= value[1]
    return {"on": has == value, "before": has < value, "after": has > value}[operator]


def is_anniversary(born: dt.date, day: dt.date) -> bool:
    if (born.month, born.day) == (2, 29) and not calendar.isleap(day.year):
        return (day.month, day.day) == (2, 28)
    return (born.month, born.day) == (day.month, day.day)


def days_of(period: str) -> Iterator[dt.date]:
    """Try every day around today against what the words say."""
    monday = TODAY - dt.timedelta(days=TODAY.weekday())
    for offset in range(-70, 70):
        day = TODAY + dt.timedelta(days=offset)
        this_week = monday <= day < monday + dt.timedelta(days=7)
        said = {
            "today": offset == 0,
            "yesterday": offset == -1,
            "tomorrow": offset == 1,
            "this_week": this_week,
            "last_week": monday - dt.timedelta(days=7) <= day < monday,
            "this_month": (day.year, day.month) == (2026, 3),
            "last_month": (day.year, day.month) == (2026, 2),
            "last_3_days": -3 <= offset <= 0,
            "next_3_days": 0 <= offset <= 3,
        }
        if said[period]:
            yield day


PERIODS = st.sampled_from(
    ["today", "yesterday", "tomorrow", "this_week", "last_week", "this_month", "last_month",
     "last_3_days", "next_3_days"]
)  # fmt: skip
TEXTS = st.sampled_from(WORDS[1:])
VALUES = st.sampled_from(["-1.5", "0", "9", "10", "9.99"])
DATES = st.sampled_from([*DAYS[1:], "2026-03-01", "1950-01-01"])
PRESENCE = st.sampled_from(["specified", "not_specified"]).map(lambda one: {"operator": one})


def operators(names: list[str], value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({"operator": st.sampled_from(names), "value": value})


def pairs(values: st.SearchStrategy[Any], key: Callable[[Any], Any]) -> st.SearchStrategy[Any]:
    return st.tuples(values, values).map(lambda pair: sorted(pair, key=key))


TEXT = (
    PRESENCE
    | operators(["is", "is_not", "contains", "not_contains", "starts", "ends"], TEXTS)
    | operators(["in", "not_in"], st.lists(TEXTS, min_size=1, max_size=3))
)
NUMBER = (
    PRESENCE
    | operators(["=", "!=", ">", ">=", "<", "<="], VALUES)
    | operators(["between"], pairs(VALUES, Decimal))
)
DAY = (
    PRESENCE
    | operators(["on", "before", "after"], DATES)
    | operators(["between"], pairs(DATES, str))
    | operators(["during", "anniversary"], PERIODS)
    | operators(["ago"], st.builds(lambda n: {"n": n, "unit": "days"}, st.integers(0, 5)))
)


def conditions(world: World) -> st.SearchStrategy[Any]:
    leaf = (
        TEXT.map(lambda test: {"field": "town", **test})
        | NUMBER.map(lambda test: {"field": f"field:{world.number}", **test})
        | DAY.map(lambda test: {"field": f"field:{world.day}", **test})
        | DAY.map(lambda test: {"field": "created_at", **test})
        | st.sampled_from(["in", "not_in"]).map(lambda one: {"list": world.list, "operator": one})
    )
    return st.recursive(
        leaf,
        lambda parts: st.tuples(
            st.sampled_from(["all", "any", "none"]), st.lists(parts, min_size=1, max_size=3)
        ).map(lambda group: {group[0]: group[1]}),
        max_leaves=8,
    )


@pytest.mark.slow
def test_the_statement_finds_whom_a_loop_over_people_finds(db: None) -> None:
    world = World()
    scope = compiling.scope_of(world.organisation, now=NOW)

    @settings(
        max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(condition=conditions(world))
    def agrees(condition: dict[str, Any]) -> None:
        tree = parse(condition, scope.catalogue)
        assert parse(written(tree), scope.catalogue) == tree
        compiled = compiling.people(
            tree, compiling.Scope(world.organisation.pk, scope.clock, scope.catalogue)
        )
        found = {row[0] for row in fetch(compiled.sql, compiled.params)}
        assert found == {one["id"] for one in world.people if holds(condition, one, world)}
        assert simplify(simplify(tree)) == simplify(tree)

    agrees()
