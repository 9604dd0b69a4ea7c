"""Sheets are read over HTTP from a server that speaks Google's protocol."""

import datetime as dt
from collections.abc import Iterator

import pytest
from sheets_server import NUMBER, SheetsServer

from sanderling.connectors.drivers import keyfiles
from sanderling.connectors.drivers.google_sheets import asking, browsing, reading, validating
from sanderling.connectors.drivers.google_sheets.judging import judged, printed
from sanderling.connectors.drivers.google_sheets.settings import (
    SpreadsheetSettings,
    spreadsheet_of,
)
from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.tables import Kind
from sanderling.lib.errors import Invalid

NOON = dt.datetime.fromisoformat("2026-07-01 12:00")
NIGHT = dt.datetime.fromisoformat("2026-01-01 00:30")
CODES = [
    ["email", "Код", "", "amount", "born", "seen", "vip", "postcode"],
    ["kozak@example.com", "AAAA", "x", 10.5, dt.date(1990, 4, 17), NOON, True, "04123"],
    [None, None],
    ["ivan@example.com", "BBBB", "", 1000000.0, dt.date(2020, 2, 29), NIGHT, False, "79000"],
    ["ghost@example.com"],
]


@pytest.fixture
def google() -> Iterator[SheetsServer]:
    server = SheetsServer(sheets={"Codes": CODES, "Олена's": [["phone"], [380670001122]]})
    yield server
    server.stop()


def settings_of(google: SheetsServer, number: str = NUMBER) -> SpreadsheetSettings:
    return SpreadsheetSettings(number, keyfiles.read(google.accounts.key_file()), google.service)


def test_a_sheet_is_read_as_messages_see_it(google):
    sheet = reading.sheet(settings_of(google), "Codes")
    assert [(column.name, column.kind) for column in sheet.columns] == [
        ("email", Kind.TEXT),
        ("Код", Kind.TEXT),
        ("amount", Kind.NUMBER),
        ("born", Kind.DATE),
        ("seen", Kind.TIMESTAMP),
        ("vip", Kind.BOOLEAN),
        ("postcode", Kind.TEXT),
    ]
    assert [row for page in sheet.pages for row in page] == [
        {
            "email": "kozak@example.com",
            "Код": "AAAA",
            "amount": "10.5",
            "born": "1990-04-17T00:00:00Z",
            "seen": "2026-07-01T09:00:00Z",  # summer in Kyiv
            "vip": True,
            "postcode": "04123",
        },
        {
            "email": "ivan@example.com",
            "Код": "BBBB",
            "amount": "1000000",
            "born": "2020-02-29T00:00:00Z",
            "seen": "2025-12-31T22:30:00Z",
            "vip": False,
            "postcode": "79000",
        },
        {"email": "ghost@example.com"},
    ]


def test_a_name_with_a_quote_is_a_name(google):
    sheet = reading.sheet(settings_of(google), "Олена's")
    assert [row for page in sheet.pages for row in page] == [{"phone": "380670001122"}]
    assert google.asked[-2].endswith("/values/'Олена''s'!A2:A1000")


def test_a_large_sheet_comes_in_several_reads_and_pages(google, monkeypatch):
    google.sheets["Large"] = [["id", "n"], *([f"c{n}", n] for n in range(1, 2500))]
    monkeypatch.setattr(reading, "CELLS_A_READ", 2000)
    monkeypatch.setattr(reading, "PAGE", 1000)
    pages = list(reading.sheet(settings_of(google), "Large").pages)
    assert [len(page) for page in pages] == [1000, 1000, 499]
    assert pages[2][-1] == {"id": "c2499", "n": "2499"}
    assert sum("!A" in path for path in google.asked) == 3


def test_the_sheets_are_listed_without_charts(google):
    google.sheets["A chart"] = ["chart"]
    found = [(table.schema, table.name) for table in browsing.tables(settings_of(google))]
    assert found == [("Shop", "Codes"), ("Shop", "Олена's")]
    verdict = validating.validate(settings_of(google))
    assert (verdict.ok, verdict.message) == (True, "Connected to “Shop”: Codes, Олена's.")


def refused(google: SheetsServer, sheet: str = "Codes", number: str = NUMBER) -> SourceUnavailable:
    with pytest.raises(SourceUnavailable) as error:
        reading.sheet(settings_of(google, number), sheet)
    assert "Not for the user" not in error.value.message
    return error.value


def test_every_refusal_says_what_to_do(google):
    google.is_shared = False
    assert (
        refused(google).message
        == f"Share the spreadsheet with {google.accounts.email} (as a viewer)."
    )
    google.is_enabled = False
    assert "Switch the Google Sheets API on" in refused(google).message
    google.is_enabled = google.is_shared = True
    assert "no such spreadsheet" in refused(google, number="1zzzzzzzzzzzzz").message
    assert (
        refused(google, sheet="Gone").message == "The spreadsheet has no sheet “Gone” (any more)."
    )


def test_a_key_that_google_does_not_know_is_refused(google):
    other = SheetsServer()
    key = keyfiles.read(other.accounts.key_file())
    settings = SpreadsheetSettings(NUMBER, key, google.service)
    other.stop()
    verdict = validating.validate(settings)
    assert (verdict.ok, verdict.cause) == (False, Cause.PASSWORD)
    assert "Google refuses the key" in verdict.message


def test_a_busy_google_is_asked_again(google, monkeypatch):
    monkeypatch.setattr(asking, "PAUSES", (0.0, 0.0))
    google.faults = [429, 503]
    assert len(list(reading.sheet(settings_of(google), "Codes").pages)[0]) == 3
    google.faults = [429, 429, 500]
    assert refused(google).is_passing


def test_a_google_that_hangs_up_is_an_outage_that_passes(google, monkeypatch):
    monkeypatch.setattr(asking, "PAUSES", ())
    settings = settings_of(google)
    google.stop()
    with pytest.raises(SourceUnavailable) as error:
        reading.sheet(settings, "Codes")
    assert error.value.is_passing


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "is empty; it must hold the names"),
        ([["", None]], "is empty; it must hold the names"),
        ([["email", "code", "email "]], "stand twice in row 1 of “Odd”: email."),
        ([[f"c{n}" for n in range(201)]], "more than 200 columns"),
    ],
)
def test_odd_first_rows_are_refused(google, rows, words):
    google.sheets["Odd"] = rows
    assert words in refused(google, sheet="Odd").message


def test_a_sheet_beyond_the_limit_is_refused_before_it_is_read(google, monkeypatch):
    monkeypatch.setattr(reading, "MOST_CELLS", 100)
    assert "more than 100 cells" in refused(google).message


@pytest.mark.parametrize(
    ("cells", "number_format", "kind"),
    [
        ([1, 2.5, None], "NUMBER", Kind.NUMBER),
        ([1, "2.50"], "", Kind.NUMBER),
        (["0123", 5], "", Kind.TEXT),
        ([1, "n/a"], "DATE", Kind.TEXT),
        ([45000, "45001"], "DATE", Kind.NUMBER),
        ([45000, -1], "DATE", Kind.NUMBER),
        ([True, 1], "", Kind.TEXT),
        ([None, ""], "DATE", Kind.TEXT),
    ],
)
def test_a_column_is_judged_by_all_its_cells(cells, number_format, kind):
    assert judged(1, [[cell] for cell in cells], [number_format]) == [kind]


@pytest.mark.parametrize(
    ("cell", "text"),
    [(1e21, "1000000000000000000000"), (0.1, "0.1"), (5, "5"), (True, "TRUE"), ("a\x00b", "ab")],
)
def test_cells_are_printed_as_people_write_them(cell, text):
    assert printed(cell) == text


def test_a_spreadsheet_is_found_in_its_link():
    assert (
        spreadsheet_of(f" https://docs.google.com/spreadsheets/d/{NUMBER}/edit?usp=sharing ")
        == NUMBER
    )
    assert spreadsheet_of(NUMBER) == NUMBER
    with pytest.raises(Invalid):
        spreadsheet_of("https://example.com/../../")


def test_settings_do_not_show_the_key(google):
    settings = settings_of(google)
    assert settings.key.members["private_key"][60:90] not in repr(settings)
