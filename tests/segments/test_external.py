import datetime as dt

import pytest
from cast import Cast
from django.db import transaction
from shopdb import Shop

from sanderling.connectors.drivers.outages import Cause
from sanderling.contacts.models import Contact
from sanderling.postgres.statements import fetch, fetch_value
from sanderling.segments import compiling, counting, evaluating, saving
from sanderling.segments.compiling import NotFetched
from sanderling.sources import copies, copying
from sanderling.sources import saving as sources
from sanderling.sources.fetching import SourceUnavailable
from sanderling.sources.models import DataSource

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
ROWS = """
INSERT INTO spending VALUES
    (1, ' Kozak@Example.com', 1500, '2026-11-21', '2026-11-20 22:30+00', 'UK', true, '{a,b}', '{}'),
    (2, 'kozak@example.com', 10, '2020-02-29', NULL, 'France', NULL, NULL, NULL),
    (3, 'both@example.com', 20, '2026-10-21', '2026-11-20 21:30+00', '', false, '{c}', '[1]'),
    (4, 'not.ours@example.com', 9000, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, '', 9000, NULL, NULL, NULL, NULL, NULL, NULL),
    (6, NULL, 9000, NULL, NULL, NULL, NULL, NULL, NULL);
"""


@pytest.fixture
def people(cast: Cast, shop: Shop, spending: DataSource) -> Cast:
    """Dina has two rows there, "both" one, Ivan and Ghost none."""
    shop.run(ROWS)
    Contact.objects.create(
        organisation=cast.organisation, email="Both@example.com", first_name="both"
    )
    return cast


@pytest.fixture(params=["the table", "its copy"])
def asked(request: pytest.FixtureRequest, people: Cast, spending: DataSource) -> DataSource:
    """Return the source, asked live or by a copy: nobody may see a difference."""
    if request.param == "its copy":
        copies.keep(people.organisation.pk, spending.pk, by=people.owner)
        assert copying.run_due() == 1
    return sources.get(people.organisation.pk, spending.pk)


def found(people: Cast, condition: object) -> list[str]:
    tree = evaluating.parsed(condition, people.organisation)
    look = counting.look(tree, people.organisation, now=NOW)
    assert look.total == len(look.people)
    return sorted(contact.first_name for contact in look.people)


@pytest.mark.parametrize(
    ("test", "names"),
    [
        ({"column": "spent", "operator": ">", "value": 1000}, ["Dina"]),
        ({"column": "spent", "operator": "between", "value": [10, 20]}, ["Dina", "both"]),
        ({"column": "spent", "operator": "!=", "value": 20}, ["Dina"]),
        ({"column": "country", "operator": "is", "value": "UK"}, ["Dina"]),
        ({"column": "country", "operator": "contains", "value": "fran"}, ["Dina"]),
        ({"column": "country", "operator": "not_specified"}, ["both"]),
        ({"column": "country", "operator": "in", "value": ["UK", "Spain"]}, ["Dina"]),
        ({"column": "last_order", "operator": "during", "value": "today"}, ["Dina"]),
        ({"column": "last_order", "operator": "on", "value": "2026-10-21"}, ["both"]),
        ({"column": "last_order", "operator": "before", "value": "2026-10-21"}, ["Dina"]),
        ({"column": "last_order", "operator": "after", "value": "2026-10-21"}, ["Dina"]),
        ({"column": "last_order", "operator": "ago", "value": "1 months"}, ["both"]),
        ({"column": "last_order", "operator": "anniversary", "value": "today"}, ["Dina"]),
        ({"column": "last_order", "operator": "anniversary", "value": "next_90_days"}, ["Dina"]),
        ({"column": "seen", "operator": "during", "value": "today"}, ["Dina"]),
        ({"column": "seen", "operator": "during", "value": "yesterday"}, ["both"]),
        ({"column": "seen", "operator": "ago", "value": {"n": 11, "unit": "hours"}}, ["Dina"]),
        ({"column": "vip", "operator": "is", "value": True}, ["Dina"]),
        ({"column": "vip", "operator": "is", "value": "false"}, ["both"]),
        ({"column": "tags", "operator": "all_of", "value": ["a", "b"]}, ["Dina"]),
        ({"column": "tags", "operator": "none_of", "value": ["c"]}, ["Dina"]),
        ({"column": "raw", "operator": "specified"}, ["Dina", "both"]),
    ],
    ids=lambda value: f"{value['column']} {value['operator']}" if isinstance(value, dict) else "",
)
def test_every_operator_is_asked_where_the_rows_are(
    people: Cast, asked: DataSource, test: dict[str, object], names: list[str]
) -> None:
    assert found(people, {"source": asked.pk, "where": {"all": [test]}}) == names


def test_all_tests_of_a_group_must_hold_in_one_row(people: Cast, asked: DataSource) -> None:
    rich = {"column": "spent", "operator": ">", "value": 1000}
    french = {"column": "country", "operator": "is", "value": "France"}
    one_row = {"source": asked.pk, "where": {"all": [rich, french]}}
    two_rows = {
        "all": [
            {"source": asked.pk, "where": {"all": [rich]}},
            {"source": asked.pk, "where": {"all": [french]}},
        ]
    }
    assert found(people, one_row) == []
    assert found(people, two_rows) == ["Dina"]


def test_only_contacts_present_in_both_match_also_negated(people: Cast, asked: DataSource) -> None:
    rich = {
        "source": asked.pk,
        "where": {"all": [{"column": "spent", "operator": ">", "value": 1000}]},
    }
    anybody = {"source": asked.pk}
    assert found(people, rich) == ["Dina"]
    assert found(people, {"none": [rich]}) == ["both"]
    assert found(people, {"none": [{"none": [rich]}]}) == ["Dina"]
    assert found(people, anybody) == ["Dina", "both"]
    assert found(people, {"none": [anybody]}) == []


def test_a_segment_over_a_source_excludes_only_its_own_people(
    people: Cast, spending: DataSource
) -> None:
    rich = {
        "source": spending.pk,
        "where": {"all": [{"column": "spent", "operator": ">", "value": 1000}]},
    }
    segment = saving.save(people.organisation.pk, name="Rich", condition=rich, by=people.owner)
    assert found(people, {"segment": segment.pk, "operator": "in"}) == ["Dina"]
    assert found(people, {"segment": segment.pk, "operator": "not_in"}) == ["Ghost", "both", "Іван"]


def test_any_of_a_source_and_a_field(people: Cast, spending: DataSource) -> None:
    rich = {
        "source": spending.pk,
        "where": {"any": [{"column": "spent", "operator": ">", "value": 1000}]},
    }
    ghost = {"field": "first_name", "operator": "is", "value": "ghost"}
    assert found(people, {"any": [rich, ghost]}) == ["Dina", "Ghost"]


def test_the_keys_are_gone_when_the_transaction_ends(
    db: None, people: Cast, spending: DataSource
) -> None:
    tree = evaluating.parsed({"source": spending.pk}, people.organisation)
    with transaction.atomic():
        compiled = evaluating.evaluated(tree, people.organisation)
        assert len(fetch(compiled.sql, compiled.params)) == 2
    names = fetch_value(
        "SELECT string_agg(x, ',') FROM unnest(ARRAY(SELECT relname::text FROM pg_class"
        " WHERE relname LIKE 'segments_keys_%%' AND relpersistence <> 't')) AS x"
    )
    assert names is None
    with pytest.raises(NotFetched):
        compiling.compile(tree, people.organisation)


def test_a_dropped_table_and_a_lost_column_say_which_source(
    people: Cast, shop: Shop, spending: DataSource
) -> None:
    condition = {
        "source": spending.pk,
        "where": {"all": [{"column": "spent", "operator": ">", "value": 1}]},
    }
    shop.run("ALTER TABLE spending DROP COLUMN spent")
    with pytest.raises(SourceUnavailable, match="“spending”") as lost:
        found(people, condition)
    assert lost.value.cause == Cause.TABLE
    shop.run("DROP TABLE spending")
    with pytest.raises(SourceUnavailable, match="“spending”"):
        found(people, condition)


def test_a_hanging_database_does_not_hang_us(
    people: Cast, shop: Shop, spending: DataSource
) -> None:
    shop.run(
        "DROP TABLE spending; CREATE VIEW spending AS SELECT 'kozak@example.com'::text AS email,"
        " pg_sleep(600)::text AS country"
    )
    hanging = {"column": "country", "operator": "is", "value": "UK"}
    tree = evaluating.parsed(
        {"source": spending.pk, "where": {"all": [hanging]}}, people.organisation
    )
    try:
        with pytest.raises(SourceUnavailable, match="“spending”") as outage:
            counting.count(tree, people.organisation, patience=0.3)
        assert outage.value.cause == Cause.TIMEOUT
    finally:
        shop.run("DROP VIEW spending")
