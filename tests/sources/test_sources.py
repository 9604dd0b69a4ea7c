import customer
import pytest
from cast import Cast
from shopdb import Shop

from sanderling.connectors.drivers.outages import Cause
from sanderling.contacts.models import Contact
from sanderling.lib.errors import Conflict, Invalid, NotFound
from sanderling.sources import fetching, saving
from sanderling.sources.fetching import SourceUnavailable
from sanderling.sources.models import DataSource
from sanderling.sources.using import users

DINAS_ROWS = [
    {
        "id": "2",
        "email": "kozak@example.com",
        "name": "Dina Kozak",
        "birthday": "2020-09-02T00:00:00Z",
        "promo_code": "AAAA-BBBB-DDDD",
    },
    {
        "id": "3",
        "email": "KOZAK@example.com ",
        "name": "Dina again",
        "promo_code": "AAAA-BBBB-EEEE",
    },
]


@pytest.fixture
def source(cast: Cast, shop: Shop) -> DataSource:
    shop.run(customer.PROMO_CODES)
    connector = customer.connector(shop, cast.owner)
    return customer.source(connector, cast.owner, table="promo_codes")


def test_a_source_remembers_its_columns(source: DataSource) -> None:
    assert [(column["name"], column["kind"]) for column in source.columns] == [
        ("id", "number"),
        ("email", "text"),
        ("name", "text"),
        ("birthday", "date"),
        ("promo_code", "text"),
    ]
    assert saving.warnings_of(source) == []


def test_rows_come_by_contact_as_the_document_shows(cast: Cast, source: DataSource) -> None:
    people = [cast.dina.pk, cast.ivan.pk, cast.ghost.pk]
    rows = fetching.rows_for([source], people)
    assert rows == {source.pk: {cast.dina.pk: DINAS_ROWS, cast.ivan.pk: [], cast.ghost.pk: []}}
    assert fetching.by_name([source], rows, cast.dina.pk) == {"promo_codes": DINAS_ROWS}
    assert fetching.by_id([source], rows, cast.dina.pk) == {str(source.pk): DINAS_ROWS}
    assert fetching.by_id([source], rows, cast.ivan.pk) == {str(source.pk): []}


def test_a_contact_of_another_organisation_gets_no_rows(cast: Cast, source: DataSource) -> None:
    foreign = Contact.objects.create(organisation=cast.elsewhere, email="kozak@example.com")
    assert fetching.rows_for([source], [foreign.pk]) == {source.pk: {foreign.pk: []}}


def test_rows_beyond_the_limit_are_cut_and_told(cast: Cast, source: DataSource) -> None:
    saving.change(cast.organisation.pk, source.pk, rows_per_contact=1, by=cast.owner)
    source = saving.get(cast.organisation.pk, source.pk)
    rows = fetching.rows_for([source], [cast.dina.pk])
    assert rows[source.pk][cast.dina.pk] == DINAS_ROWS[:1]
    assert fetching.cut_contacts(source, [cast.dina.pk]) == {cast.dina.pk}


def test_a_table_without_the_key_column_is_refused(cast: Cast, shop: Shop) -> None:
    shop.run("DROP TABLE IF EXISTS keyless; CREATE TABLE keyless (n int)")
    connector = customer.connector(shop, cast.owner)
    with pytest.raises(Invalid, match="no column “email”"):
        customer.source(connector, cast.owner, table="keyless")
    assert DataSource.objects.count() == 0


def test_a_key_without_an_index_is_warned_of(cast: Cast, shop: Shop) -> None:
    shop.run("DROP TABLE IF EXISTS slow; CREATE TABLE slow (email text)")
    connector = customer.connector(shop, cast.owner)
    source = customer.source(connector, cast.owner, table="slow")
    assert "no index" in saving.warnings_of(source)[0]


def test_refreshing_sees_a_new_column_and_a_lost_key(
    cast: Cast, shop: Shop, source: DataSource
) -> None:
    shop.run("ALTER TABLE promo_codes ADD COLUMN discount numeric, DROP COLUMN email")
    source = saving.refresh(cast.organisation.pk, source.pk, by=cast.owner)
    assert [column["name"] for column in source.columns] == [
        "id", "name", "birthday", "promo_code", "discount",
    ]  # fmt: skip
    assert "no column “email”" in saving.warnings_of(source)[0]


def test_a_dropped_table_is_an_outage_that_names_the_source(
    cast: Cast, shop: Shop, source: DataSource
) -> None:
    shop.run("DROP TABLE promo_codes")
    with pytest.raises(SourceUnavailable, match="“promo_codes”") as outage:
        fetching.rows_for([source], [cast.dina.pk])
    assert outage.value.cause == Cause.TABLE


def test_two_sources_cannot_share_a_name(cast: Cast, source: DataSource) -> None:
    with pytest.raises(Invalid) as refusal:
        customer.source(source.connector, cast.owner, table="promo_codes")
    assert list(refusal.value.problems) == ["name"]
    with pytest.raises(Invalid):
        customer.source(source.connector, cast.owner, table="promo_codes", name="it's")


def test_a_source_in_use_is_not_deleted(cast: Cast, source: DataSource) -> None:
    users.register("test", lambda organisation, thing: ["message “Hello”"])
    try:
        with pytest.raises(Conflict, match="message “Hello”"):
            saving.delete(cast.organisation.pk, source.pk, by=cast.owner)
    finally:
        users.register("test", lambda organisation, thing: [])
    assert DataSource.objects.count() == 1
    saving.delete(cast.organisation.pk, source.pk, by=cast.owner)
    assert DataSource.objects.count() == 0


def test_a_stranger_finds_no_source_of_ours(cast: Cast, source: DataSource) -> None:
    with pytest.raises(NotFound):
        saving.get(cast.elsewhere.pk, source.pk)
    with pytest.raises(NotFound):
        saving.delete(cast.elsewhere.pk, source.pk, by=cast.stranger)
    assert DataSource.objects.count() == 1
