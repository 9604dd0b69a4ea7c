"""The pages of a BigQuery connector: a key file goes in and never comes out."""

import json

import pytest
from bigquery_server import BigQueryServer, status
from cast import Cast
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sanderling.accounts.models import AuditEntry
from sanderling.connectors import opening
from sanderling.connectors.models import Connector

NEW = "/settings/connectors/new-bigquery"
pytestmark = pytest.mark.usefixtures("bigquery")


def filled(warehouse: BigQueryServer, key: str = "", **changes: object) -> dict[str, object]:
    file = SimpleUploadedFile("key.json", (key or warehouse.key_file()).encode())
    form = {"name": "Warehouse", "dataset": "shop", "location": "EU", "contact_key": "EMAIL"}
    return {**form, "key_file": file, **changes}


def test_a_saved_connector_shows_its_project_and_account_and_never_its_key(
    owner: Client, warehouse: BigQueryServer
) -> None:
    assert 'type="file"' in owner.get(NEW).content.decode()
    assert owner.post(NEW, filled(warehouse)).status_code == 302
    connector = Connector.objects.get()
    assert (connector.kind, connector.database) == ("BIGQUERY", "sandpiper-shop")
    assert (connector.dataset, connector.location) == ("shop", "EU")
    page = owner.get(f"/settings/connectors/{connector.pk}").content.decode()
    assert "sandpiper-shop" in page
    assert "exporter@sandpiper-shop.iam.gserviceaccount.com" in page
    secret = json.loads(warehouse.key_file())["private_key"].splitlines()[1]
    assert secret not in page
    assert secret.encode() not in bytes(connector.secret)
    assert secret in opening.bigquery_settings_of(connector).key.text
    assert secret not in repr(opening.bigquery_settings_of(connector))
    told = AuditEntry.objects.order_by("-pk").first()
    assert told is not None
    assert "private" not in json.dumps(told.details)


def test_the_stored_key_stays_when_no_file_is_chosen(
    owner: Client, warehouse: BigQueryServer
) -> None:
    owner.post(NEW, filled(warehouse))
    connector = Connector.objects.get()
    form = filled(warehouse, name="Lake")
    del form["key_file"]
    assert owner.post(f"/settings/connectors/{connector.pk}", form).status_code == 302
    connector.refresh_from_db()
    assert connector.name == "Lake"
    assert opening.bigquery_settings_of(connector).key.email == warehouse.accounts.email


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "external_account"}, "Only keys of service accounts"),
        ({"type": "authorized_user"}, "Only keys of service accounts"),
        ({"token_uri": "http://169.254.169.254/token"}, "is not Google&#x27;s"),
        ({"token_uri": "https://oauth2.googleapis.com.evil.example/token"}, "is not Google"),
        ({"auth_uri": "https://user@evil.example/auth"}, "is not Google&#x27;s"),
        ({"universe_domain": "evil.example"}, "googleapis.com"),
        ({"credential_source": {"executable": {"command": "id"}}}, "members that Google"),
        ({"private_key": "-----BEGIN PRIVATE KEY-----"}, "private key"),
        ({"project_id": "../../etc"}, "names no project"),
        ({"client_email": "me@example.com"}, "names no service account"),
    ],
)
def test_a_key_file_that_could_harm_is_refused_at_its_field(
    owner: Client, warehouse: BigQueryServer, change: dict[str, object], words: str
) -> None:
    key = json.dumps({**json.loads(warehouse.key_file()), **change})
    page = owner.post(NEW, filled(warehouse, key)).content.decode()
    assert words in page
    assert Connector.objects.count() == 0
    assert warehouse.faults.seen == []


def test_a_file_that_is_no_key_is_refused(owner: Client, warehouse: BigQueryServer) -> None:
    for text in ("no json", "[]", "{" * 30_000, "[" * 15_000):
        page = owner.post(NEW, filled(warehouse, text)).content.decode()
        assert "invalid-feedback" in page
    assert Connector.objects.count() == 0


def test_validating_tells_project_account_and_region(
    owner: Client, warehouse: BigQueryServer
) -> None:
    answer = owner.post(f"{NEW}/validation", filled(warehouse), headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "Connection is valid." in page
    assert "the first data export makes it in EU" in page
    assert Connector.objects.count() == 0
    assert warehouse.store.datasets == {}


@pytest.mark.parametrize(
    ("reason", "message", "words"),
    [
        ("accessDenied", "User does not have bigquery.jobs.create permission in project",
         "BigQuery Job User"),
        ("accessNotConfigured", "BigQuery API has not been used", "APIs &amp; Services"),
        ("quotaExceeded", "Quota exceeded", "A limit of your BigQuery project"),
    ],
)  # fmt: skip
def test_validating_says_what_to_grant_or_to_switch_on(
    owner: Client, warehouse: BigQueryServer, reason: str, message: str, words: str
) -> None:
    warehouse.faults.order("POST .*/jobs", status(403, reason, message), times=99)
    page = owner.post(f"{NEW}/validation", filled(warehouse)).content.decode()
    assert words in page
    assert 'name="dataset"' in page


def test_the_key_of_a_stranger_is_not_accepted_and_the_page_says_so(
    owner: Client, warehouse: BigQueryServer
) -> None:
    other = BigQueryServer(warehouse.project)
    page = owner.post(f"{NEW}/validation", filled(warehouse, other.key_file())).content.decode()
    other.stop()
    assert "Google does not accept the key" in page


def test_an_export_into_the_connectors_dataset_is_made_by_page(
    owner: Client, cast: Cast, warehouse: BigQueryServer
) -> None:
    owner.post(NEW, filled(warehouse))
    connector = Connector.objects.get()
    page = owner.get("/data-export/new").content.decode()
    assert "Warehouse (BigQuery, sandpiper-shop)" in page
    form = {"connector": connector.pk, "interval": "24h", "datasets": ["contacts"], "schema": ""}
    answer = owner.post("/data-export/new", form)
    assert answer.status_code == 302
    assert list(warehouse.store.datasets) == ["shop"]
    assert warehouse.store.tables == {}  # the trial table is gone again
    assert "Warehouse · shop" in owner.get(answer["Location"]).content.decode()


def test_a_project_without_billing_is_said_before_saving(
    owner: Client, cast: Cast, warehouse: BigQueryServer
) -> None:
    owner.post(NEW, filled(warehouse))
    warehouse.store.billing = False
    form = {"connector": Connector.objects.get().pk, "interval": "24h", "datasets": ["contacts"]}
    page = owner.post("/data-export/new", form).content.decode()
    assert "no billing account (a sandbox)" in page
    assert warehouse.store.tables == {}
