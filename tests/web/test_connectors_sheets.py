"""The pages of a Google Sheets connector, from the key file to the rows of a message."""

from collections.abc import Iterator

import pytest
from cast import Cast
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from sheets_server import NUMBER, SheetsServer

from sanderling.connectors.models import Connector
from sanderling.sources import copying
from sanderling.sources.models import DataSource

NEW = "/settings/connectors/new-sheets"


@pytest.fixture
def google(settings) -> Iterator[SheetsServer]:
    server = SheetsServer(sheets={"Codes": [["email", "code"], ["kozak@example.com", "AAAA"]]})
    settings.SHEETS_ENDPOINT = server.url
    settings.SHEETS_TOKEN_URI = f"{server.url}/token"
    yield server
    server.stop()


def filled(google: SheetsServer, **changes: object) -> dict[str, object]:
    file = SimpleUploadedFile("key.json", google.accounts.key_file().encode())
    form = {"name": "Sheets", "spreadsheet": google.link, "key_column": "email"}
    return {**form, "contact_key": "EMAIL", "key_file": file, **changes}


def test_a_spreadsheet_becomes_a_source_and_shows_its_rows(
    owner: Client, cast: Cast, google: SheetsServer
) -> None:
    assert owner.post(NEW, filled(google)).status_code == 302
    connector = Connector.objects.get()
    assert (connector.kind, connector.database) == ("SHEETS", NUMBER)
    page = owner.get(f"/settings/connectors/{connector.pk}").content.decode()
    assert google.accounts.email in page
    assert "PRIVATE" not in page

    chosen = {"connector": connector.pk, "schema": "Shop", "table": "Codes", "name": "codes"}
    assert "Codes" in owner.get("/data-sources/new").content.decode()
    answer = owner.post("/data-sources/new", chosen)
    source = DataSource.objects.get()
    assert answer["Location"] == f"/data-sources/{source.pk}"
    assert "No copy has been made yet." in owner.get(answer["Location"]).content.decode()
    assert copying.run_due() == 1
    shown = owner.get(answer["Location"]).content.decode()
    assert "AAAA" in shown
    assert "Ask the table itself" not in shown


def test_a_connection_is_tried_before_it_is_saved(owner: Client, google: SheetsServer) -> None:
    page = owner.post(f"{NEW}/validation", filled(google)).content.decode()
    assert "Connected to “Shop”: Codes." in page
    google.is_shared = False
    page = owner.post(f"{NEW}/validation", filled(google)).content.decode()
    assert f"Share the spreadsheet with {google.accounts.email}" in page
    assert Connector.objects.count() == 0


def test_what_is_wrong_stands_at_its_field(owner: Client, google: SheetsServer) -> None:
    page = owner.post(NEW, filled(google, spreadsheet="my table")).content.decode()
    assert "Paste the link of the spreadsheet" in page
    assert Connector.objects.count() == 0


def test_a_sheet_is_no_place_for_an_export(owner: Client, google: SheetsServer) -> None:
    owner.post(NEW, filled(google))
    page = owner.get("/data-export/new").content.decode()
    assert "Sheets (" not in page
