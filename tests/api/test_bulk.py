import http.server
import uuid

import loopback
import pytest

from sanderling.contacts import importing, lists
from sanderling.contacts.models import Contact, ContactKey, Import, ListMember
from sanderling.events import newcomers
from sanderling.events.models import Event


def person(name, **more):
    return {
        "channels": [{"type": "email", "value": f"{name}@example.com"}],
        "firstName": "Ann",
    } | more


def finished(api, session):
    importing.run_due()
    return api.get(f"/v1/importstatus/{session}").json()


def test_a_bulk_call_ends_in_a_status_with_its_mapping(api, cast):
    body = {
        "contacts": [person("a"), person("kozak", firstName="Dinara")],
        "dedupeOn": "email",
        "groupNames": ["Import March"],
        "eventKeyForNewContacts": "newContact",
    }
    answer = api.post("/v1/contacts", body).json()
    assert set(answer) == {"id", "asyncSessionId"}
    session = answer["asyncSessionId"]
    before = api.get(f"/v1/importstatus/{session}").json()
    assert (before["status"], "mapping" in before) == ("STARTED", False)
    status = finished(api, session)
    made = Contact.objects.get(email="a@example.com")
    assert status["status"] == "FINISHED"
    assert status["mapping"] == [
        {"dedupeValue": "a@example.com", "contactId": made.pk},
        {"dedupeValue": "kozak@example.com", "contactId": cast.dina.pk},
    ]
    assert status["description"] == "Added 1, updated 1, unchanged 0, rejected 0"
    cast.dina.refresh_from_db()
    assert (cast.dina.first_name, cast.dina.last_name) == ("Dinara", "Kozak")
    assert ListMember.objects.count() == 2
    assert newcomers.raise_waiting() == 1
    assert newcomers.raise_waiting() == 0
    event = Event.objects.get()
    assert (event.type.key, event.key_value) == ("newContact", "a@example.com")
    assert event.params == {
        "contactId": str(made.pk), "EmailAddress": "a@example.com", "SMS": "",
    }  # fmt: skip


def test_only_listed_fields_are_written_and_a_listed_one_without_data_is_cleared(api, cast):
    body = {
        "contacts": [person("kozak", lastName="New", languageCode="uk")],
        "dedupeOn": "email",
        "contactFields": ["lastName", "languageCode", "town"],
    }
    Contact.objects.filter(pk=cast.dina.pk).update(town="Lviv")
    finished(api, api.post("/v1/contacts", body).json()["asyncSessionId"])
    cast.dina.refresh_from_db()
    dina = cast.dina
    assert (dina.first_name, dina.last_name, dina.language) == ("Dina", "New", "uk")
    assert (dina.town, dina.email) == ("", "kozak@example.com")


def test_the_external_id_joins_the_address_that_has_none(api, cast):
    contact = {
        "externalCustomerId": "C-9",
        "channels": [{"type": "email", "value": "ivan@приклад.укр"}],
    }
    body = {"contacts": contact, "dedupeOn": "email"}
    finished(api, api.post("/v1/contacts", body).json()["asyncSessionId"])
    cast.ivan.refresh_from_db()
    assert cast.ivan.external_id == "C-9"


def test_bad_contacts_fail_alone_and_one_failure_collapses(api):
    wrong = person("x", channels=[{"type": "email", "value": "nobody"}])
    answer = api.post(
        "/v1/contacts", {"contacts": [person("a"), wrong], "dedupeOn": "email"}
    ).json()
    assert answer["failedContacts"] == {**wrong, "error": "'nobody' is not valid email"}
    many = api.post("/v1/contacts", {"contacts": [wrong, 5, {}], "dedupeOn": "email"}).json()
    assert len(many["failedContacts"]) == 3
    assert "asyncSessionId" not in many


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"contacts": [], "dedupeOn": "email"},
        {"contacts": [person("a")]},
        {"contacts": [person("a")], "dedupeOn": "shoe size"},
        {"contacts": [person("a")], "dedupeOn": "fieldId"},
        {"contacts": [person("a")], "dedupeOn": "email", "contactFields": ["shoe"]},
        {"contacts": [person("a")], "dedupeOn": "email", "eventKeyForNewContacts": "a;b"},
        {"contacts": [person(str(n)) for n in range(3001)], "dedupeOn": "email"},
    ],
)
def test_a_bulk_call_that_is_unclear_is_a_400(api, body):
    assert api.post("/v1/contacts", body).status_code == 400


def test_a_stranger_does_not_see_our_import(api, strange_api):
    answer = api.post("/v1/contacts", {"contacts": [person("a")], "dedupeOn": "email"}).json()
    path = f"/v1/importstatus/{answer['asyncSessionId']}"
    assert strange_api.get(path).status_code == 404
    assert api.get(f"/v1/importstatus/{uuid.uuid4()}").status_code == 404
    assert api.get("/v1/importstatus/nonsense").status_code == 404


@pytest.fixture
def shop():
    """A server of the shop with one file behind a password."""

    class Files(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            known = self.headers.get("Authorization") == "Basic dXNlcjpwYXNz"
            self.send_response(200 if known else 403)
            self.end_headers()
            if known:
                self.wfile.write(b"First name,Email,Shoe\nAnn,up@example.com,42\n,bad,1\n")
            if known and self.path == "/more.csv":
                self.wfile.write(b"Bea,a2@example.com,1\nCid,a3@example.com,2\n")

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    with loopback.serving(server):
        yield server.server_port


def test_a_file_is_fetched_and_imported(api, shop):
    link = f"http://user:pass@127.0.0.1:{shop}/people.csv"
    body = {"dedupeOn": "email", "link": link, "groupNames": ["From a file"]}
    answer = api.post("/v1/contacts/upload", body).json()
    assert answer["valid"] is True
    assert answer["importId"] == answer["asyncSessionId"]
    status = finished(api, answer["importId"])
    assert status["description"] == "Added 1, updated 0, unchanged 0, rejected 1"
    made = Contact.objects.get(email="up@example.com")
    assert ListMember.objects.get().contact_id == made.pk


def test_a_file_joins_and_leaves_lists_and_raises_an_event_for_each_new_contact(api, cast, shop):
    old = lists.create(cast.organisation.pk, "Old", by=cast.owner)
    lists.add_members(cast.organisation.pk, old.pk, [cast.ivan.pk], by=cast.owner)
    Contact.objects.filter(pk=cast.ivan.pk).update(email="up@example.com")
    ContactKey.objects.filter(contact_id=cast.ivan.pk).update(value="up@example.com")
    body = {
        "dedupeOn": "email",
        "link": f"http://user:pass@127.0.0.1:{shop}/more.csv",
        "groupNames": ["New"],
        "groupNamesExclude": ["Old"],
        "eventKeyForNewContacts": "fromFile",
    }
    status = finished(api, api.post("/v1/contacts/upload", body).json()["importId"])
    assert status["description"] == "Added 2, updated 1, unchanged 0, rejected 1"
    assert set(ListMember.objects.values_list("list__name", flat=True)) == {"New"}
    assert ListMember.objects.count() == 3
    assert newcomers.raise_waiting() == 2
    assert newcomers.raise_waiting() == 0
    assert importing.awaiting_events() == []
    found = Event.objects.order_by("key_value").values_list("type__key", "key_value")
    assert list(found) == [("fromFile", "a2@example.com"), ("fromFile", "a3@example.com")]


def test_a_file_with_a_forbidden_event_key_is_refused(api, shop):
    link = f"http://user:pass@127.0.0.1:{shop}/more.csv"
    body = {"dedupeOn": "email", "link": link, "eventKeyForNewContacts": "a;b"}
    assert api.post("/v1/contacts/upload", body).status_code == 400
    assert Import.objects.count() == 0


def test_a_link_that_leads_nowhere_or_inside_is_refused(api, shop, settings):
    for link in (f"http://127.0.0.1:{shop}/x.csv", "ftp://example.com/x", "nonsense", "http://[::"):
        answer = api.post("/v1/contacts/upload", {"dedupeOn": "email", "link": link})
        assert answer.status_code == 400, link
    settings.ALLOWED_PRIVATE_HOSTS = ()
    link = f"http://user:pass@127.0.0.1:{shop}/people.csv"
    refused = api.post("/v1/contacts/upload", {"dedupeOn": "email", "link": link})
    assert refused.status_code in (400, 403)
    assert b"pass@" not in refused.content
    assert Contact.objects.filter(email="up@example.com").count() == 0


def test_the_rows_that_failed_can_be_read(api, strange_api, shop):
    link = f"http://user:pass@127.0.0.1:{shop}/people.csv"
    answer = api.post("/v1/contacts/upload", {"dedupeOn": "email", "link": link}).json()
    finished(api, answer["importId"])
    path = f"/v3/imports/{answer['importId']}/rejected"
    [row] = api.get(path).json()
    assert (row["line"], row["row"]) == (3, ["", "bad", "1"])
    assert row["reason"] == "This is not an e-mail address. (bad)"
    assert strange_api.get(path).status_code == 404
