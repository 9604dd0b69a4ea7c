"""A sheet is a source like any other: rows in messages, conditions in segments; by a copy."""

from collections.abc import Iterator

import pytest
from cast import Cast
from sheets_server import SheetsServer

from sanderling.connectors import drafts_sheets, saving, validating
from sanderling.connectors.drafts_sheets import SheetsDraft
from sanderling.connectors.models import Connector
from sanderling.contacts.models import Contact
from sanderling.lib.errors import Conflict, Invalid
from sanderling.segments import counting, evaluating
from sanderling.sources import copies, copying, fetching
from sanderling.sources import saving as sources
from sanderling.sources.fetching import SourceUnavailable
from sanderling.sources.models import Copy, DataSource

CODES = [
    ["Email", "code", "percent"],
    [" KOZAK@example.com", "AAAA", 10],
    ["kozak@example.com", "BBBB", 25],
    ["ivan@example.com", "CCCC", 5],
    ["", "ZZZZ", 90],
]


@pytest.fixture
def google(settings) -> Iterator[SheetsServer]:
    server = SheetsServer(sheets={"Codes": CODES})
    settings.SHEETS_ENDPOINT = server.url
    settings.SHEETS_TOKEN_URI = f"{server.url}/token"
    yield server
    server.stop()


def draft_of(google: SheetsServer, **changes: object) -> SheetsDraft:
    filled = {
        "name": "Shop's sheets",
        "spreadsheet": google.link,
        "key_file": google.accounts.key_file(),
        "key_column": "Email",
    }
    return SheetsDraft(**{**filled, **changes})


@pytest.fixture
def connector(cast: Cast, google: SheetsServer) -> Connector:
    Contact.objects.filter(pk=cast.dina.pk).update(email="kozak@example.com")
    Contact.objects.filter(pk=cast.ivan.pk).update(email="ivan@example.com")
    return saving.save(cast.organisation.pk, draft_of(google), by=cast.owner)


@pytest.fixture
def source(cast: Cast, connector: Connector) -> DataSource:
    return sources.create(
        cast.organisation.pk,
        connector.pk,
        schema="Shop",
        table="Codes",
        name="codes",
        by=cast.owner,
    )


def copied(cast: Cast, source: DataSource) -> DataSource:
    assert copying.run_due() == 1
    return sources.get(cast.organisation.pk, source.pk)


def test_a_sheet_gives_rows_once_it_is_copied(cast: Cast, source: DataSource) -> None:
    with pytest.raises(SourceUnavailable, match="“codes”: Its rows are not copied yet"):
        fetching.rows_for([source], [cast.dina.pk])
    rows = fetching.rows_for([copied(cast, source)], [cast.dina.pk, cast.ghost.pk])
    assert rows[source.pk] == {
        cast.dina.pk: [
            {"Email": " KOZAK@example.com", "code": "AAAA", "percent": "10"},
            {"Email": "kozak@example.com", "code": "BBBB", "percent": "25"},
        ],
        cast.ghost.pk: [],
    }


def test_a_segment_asks_the_sheet(cast: Cast, source: DataSource) -> None:
    copied(cast, source)
    test = {"column": "percent", "operator": ">", "value": 9}
    tree = evaluating.parsed({"source": source.pk, "where": {"all": [test]}}, cast.organisation)
    found = counting.look(tree, cast.organisation)
    assert [person.pk for person in found.people] == [cast.dina.pk]


def test_a_change_of_the_sheet_comes_with_the_next_copy(
    cast: Cast, source: DataSource, google: SheetsServer
) -> None:
    copied(cast, source)
    google.sheets["Codes"] = [["Email", "code", "till"], ["ivan@example.com", "DDDD", "later"]]
    copies.copy_now(cast.organisation.pk, source.pk, by=cast.owner)
    after = copied(cast, source)
    assert [column["name"] for column in after.columns] == ["Email", "code", "till"]
    rows = fetching.rows_for([after], [cast.dina.pk, cast.ivan.pk])[source.pk]
    assert rows[cast.dina.pk] == []
    assert rows[cast.ivan.pk] == [{"Email": "ivan@example.com", "code": "DDDD", "till": "later"}]


def test_a_sheet_that_is_no_longer_shared_keeps_its_copy_and_says_so(
    cast: Cast, source: DataSource, google: SheetsServer
) -> None:
    copied(cast, source)
    google.is_shared = False
    copies.copy_now(cast.organisation.pk, source.pk, by=cast.owner)
    kept = copied(cast, source)
    assert len(fetching.rows_for([kept], [cast.dina.pk])[source.pk][cast.dina.pk]) == 2
    assert Copy.objects.get().error.startswith("Share the spreadsheet with exporter@")


def test_a_sheet_that_lost_the_column_of_the_key_keeps_its_copy(
    cast: Cast, source: DataSource, google: SheetsServer
) -> None:
    copied(cast, source)
    google.sheets["Codes"] = [["Mail"], ["kozak@example.com"]]
    copies.copy_now(cast.organisation.pk, source.pk, by=cast.owner)
    kept = copied(cast, source)
    assert "has no column “Email”" in Copy.objects.get().error
    assert len(fetching.rows_for([kept], [cast.dina.pk])[source.pk][cast.dina.pk]) == 2


def test_a_sheet_can_only_be_read_as_a_copy(cast: Cast, source: DataSource) -> None:
    with pytest.raises(Conflict, match="only be read as a copy"):
        copies.drop(cast.organisation.pk, source.pk, by=cast.owner)
    assert Copy.objects.count() == 1


def test_the_key_is_sealed_and_kept_when_none_is_uploaded(
    cast: Cast, connector: Connector, google: SheetsServer
) -> None:
    assert b"PRIVATE" not in bytes(connector.secret)
    saving.save(
        cast.organisation.pk, draft_of(google, key_file="", name="Renamed"),
        connector_id=connector.pk, by=cast.owner,
    )  # fmt: skip
    assert validating.validate_stored(cast.organisation.pk, connector.pk, by=cast.owner).ok


def test_everything_that_is_wrong_is_said_at_once(cast: Cast, google: SheetsServer) -> None:
    wrong = draft_of(
        google, name="", spreadsheet="https://example.com", key_file="{", key_column=""
    )
    with pytest.raises(Invalid) as refusal:
        saving.save(cast.organisation.pk, wrong, by=cast.owner)
    assert set(refusal.value.problems) == {"name", "spreadsheet", "key_file", "key_column"}
    assert Connector.objects.count() == 0


def test_a_key_of_another_kind_is_refused(cast: Cast, google: SheetsServer) -> None:
    key_file = google.accounts.key_file(type="external_account")
    problems = draft_of(google, key_file=key_file).problems(None)
    assert "Only keys of service accounts" in problems["key_file"][0]
    with pytest.raises(Invalid):
        drafts_sheets.settings_of(draft_of(google, key_file=key_file), stored=None)
