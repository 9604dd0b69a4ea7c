"""Whatever JSON comes, the answer is a tree that compiles or problems in words."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sanderling.accounts.models import Organisation
from sanderling.contacts.models import ContactList, Field, FieldGroup, FieldType
from sanderling.postgres.statements import fetch
from sanderling.segments import compiling, counting, describing, evaluating
from sanderling.segments.calendars import Clock
from sanderling.segments.conditions import BadCondition, parse
from sanderling.segments.kinds import OPERATORS, PERIODS, RETURNS, UNITS
from sanderling.segments.nodes import ColumnTest, Condition, ContactField
from sanderling.segments.pushing import pushed_down
from sanderling.segments.values import LARGEST_AGO
from sanderling.segments.writing import written
from sanderling.web.segments.wording import OPERATOR_WORDS, UNIT_WORDS

NOW = dt.datetime(2026, 11, 21, 23, tzinfo=dt.UTC)
ZONES = [zoneinfo.ZoneInfo("Asia/Tokyo"), zoneinfo.ZoneInfo("Pacific/Honolulu")]
EVERY_OPERATOR = sorted({name for known in OPERATORS.values() for name in known})
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = (
    SCALARS
    | st.lists(SCALARS, max_size=3)
    | st.sampled_from([*PERIODS, *RETURNS, "last_3_days", "2026-02-30", "9999-12-31", "0001-01-01"])
    | st.builds(lambda n, unit: {"n": n, "unit": unit}, st.integers(), st.sampled_from(UNITS))
    | st.sampled_from([{"n": 36525, "unit": unit} for unit in UNITS])
    | st.sampled_from(["in_36525_days", "36525_days_ago", "last_36525_days", "next_36525_days"])
)
MEMBERS = st.sampled_from(
    ["field", "list", "segment", "activity", "channel", "source", "where", "event", "operator",
     "value", "days", "orders", "status", "times", "all", "any", "none", "column"]
)  # fmt: skip
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=10,
)


def leaves(fields: list[str], a_list: int) -> st.SearchStrategy[dict[str, object]]:
    """Return leaves that are nearly right: known members, strange values."""
    test = {"operator": st.sampled_from(EVERY_OPERATOR), "value": VALUES}
    return (
        st.fixed_dictionaries({"field": st.sampled_from(fields), **test})
        | st.fixed_dictionaries(
            {"orders": st.sampled_from(["count", "total", "last_date"]), "days": VALUES, **test}
        )
        | st.fixed_dictionaries(
            {"activity": st.just("opened"), "channel": st.sampled_from([None, "Email"]), **test}
        )
        | st.fixed_dictionaries({"list": st.just(a_list) | VALUES, "operator": VALUES})
        | st.fixed_dictionaries({"event": VALUES, "operator": st.just("occurred"), "days": VALUES})
    )


def test_no_json_breaks_the_parser_and_what_it_takes_runs(db: None) -> None:
    organisation = Organisation.objects.create(name="Hostile")
    group = FieldGroup.objects.create(organisation=organisation, name="F", key="F")
    fields = [
        Field.objects.create(
            organisation=organisation, group=group, name=kind, key=kind.upper(), type=kind
        )
        for kind in FieldType.values
    ]
    names = [
        "email",
        "phone",
        "external_id",
        "created_at",
        "id",
        *(f"field:{f.pk}" for f in fields),
    ]
    a_list = ContactList.objects.create(organisation=organisation, name="L").pk
    leaf = leaves(names, a_list)
    near = st.recursive(
        leaf,
        lambda parts: st.dictionaries(
            st.sampled_from(["all", "any", "none"]), st.lists(parts, max_size=3), min_size=1
        ),
        max_leaves=5,
    )
    scope = compiling.scope_of(organisation)

    @settings(
        max_examples=500, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(document=near | ANYTHING)
    def answers(document: object) -> None:
        try:
            tree = parse(document, scope.catalogue)
        except BadCondition as refusal:
            problems = refusal.problems
            assert_told(problems)
        else:
            runs(tree)

    def runs(tree: Condition) -> None:
        for zone in ZONES:
            clock = Clock(NOW, zone)
            ours = compiling.Scope(organisation.pk, clock, scope.catalogue)
            compiled = compiling.people(tree, ours)
            assert fetch(compiled.sql, compiled.params) == []
        assert describing.describe(tree, scope.catalogue).lines()
        assert parse(written(tree), scope.catalogue) == tree

    answers()


def assert_told(problems: dict[str, list[str]]) -> None:
    assert problems
    assert all(text for texts in problems.values() for text in texts)


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.key)
@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("on", "1000-01-01"),
        ("on", "9998-12-31"),
        ("before", "1000-01-01"),
        ("after", "9998-12-31"),
        ("between", ["1000-01-01", "9998-12-31"]),
        ("during", "last_36525_days"),
        ("during", "next_36525_days"),
        ("anniversary", "last_36525_days"),
        ("anniversary", "36525_days_ago"),
        *(("ago", {"n": most, "unit": unit}) for unit, most in LARGEST_AGO.items()),
    ],
    ids=str,
)
def test_the_ends_of_the_calendar_hold(
    db: None, operator: str, value: object, zone: zoneinfo.ZoneInfo
) -> None:
    organisation = Organisation.objects.create(name="Calendar", time_zone=zone.key)
    tree = evaluating.parsed(
        {"field": "created_at", "operator": operator, "value": value}, organisation
    )
    assert isinstance(tree, ContactField)
    assert counting.count(tree, organisation) == 0
    assert pushed_down(ColumnTest("seen", tree.test), Clock(NOW, zone))


def test_every_operator_has_its_words() -> None:
    assert set(EVERY_OPERATOR) == set(describing.SENTENCES)
    assert set(EVERY_OPERATOR) <= set(OPERATOR_WORDS)
    assert set(UNITS) == set(describing.UNITS) == set(UNIT_WORDS)
    assert {*PERIODS, *RETURNS} <= set(describing.PERIODS)
