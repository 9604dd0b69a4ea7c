import pytest

from sanderling.accounts.models import AuditEntry
from sanderling.contacts import consent, fields, lists
from sanderling.contacts.models import Contact, ContactKey, Device

OLENA = {
    "externalCustomerId": "C-1001",
    "firstName": "Olena",
    "lastName": "Marsh",
    "channels": [
        {"type": "email", "value": "olena@shop.example"},
        {"type": "sms", "value": "+380 67 000 11 22"},
    ],
    "address": {"region": "Lviv", "town": "Lviv", "address": "Green st 4", "postcode": "79000"},
    "languageCode": "en",
    "timeZone": "Europe/Kyiv",
}


def test_a_contact_comes_back_as_it_was_added(api, cast):
    fields.create_defaults(cast.organisation.pk)
    birthday = next(iter(fields.catalogue(cast.organisation.pk)))
    sent = {**OLENA, "fields": [{"id": str(birthday), "value": "17.04.1990"}], "id": 5}
    added = api.post("/v1/contact", sent)
    assert added.status_code == 200
    number = added.json()["id"]
    lists.add_members(
        cast.organisation.pk, lists.named(cast.organisation.pk, ["News"], by=cast.owner)[0],
        [number], by=cast.owner,
    )  # fmt: skip
    got = api.get(f"/v1/contact/{number}").json()
    group = got.pop("groups")[0]
    assert (group["name"], group["type"]) == ("News", "Static")
    assert got == {
        **OLENA,
        "id": number,
        "addressBookId": cast.organisation.pk,
        "channels": [
            {"type": "email", "value": "olena@shop.example"},
            {"type": "sms", "value": "380670001122"},
        ],
        "fields": [{"id": birthday, "value": "1990-04-17"}],
    }
    assert Contact.objects.get(pk=number).source == "API"
    assert AuditEntry.objects.filter(actor__startswith="key ", verb="contact.create").exists()


def test_the_external_id_finds_first_and_joins_an_address_without_one(api, cast):
    known = api.post("/v1/contact", {"externalCustomerId": "C-1", "firstName": "Dinara"})
    assert known.json()["id"] == cast.dina.pk
    joined = {
        "externalCustomerId": "C-2",
        "channels": {"type": "email", "value": "ivan@приклад.укр"},
    }
    assert api.post("/v1/contact", joined).json()["id"] == cast.ivan.pk
    other = {
        "externalCustomerId": "C-9",
        "channels": [{"type": "email", "value": "kozak@example.com"}],
    }
    assert api.post("/v1/contact", other).json()["id"] not in (cast.dina.pk, cast.ivan.pk)


def test_the_same_write_within_a_minute_is_a_duplicate(api, cast):
    body = {"channels": [{"type": "email", "value": "twice@example.com"}]}
    assert api.post("/v1/contact", body).status_code == 200
    again = api.post("/v1/contact", body)
    assert (again.status_code, again.content) == (409, b"Duplicated request")
    assert Contact.objects.filter(email="twice@example.com").count() == 1


def test_a_refused_write_may_be_sent_again(api):
    body = {"channels": [{"type": "email", "value": "no address"}]}
    assert api.post("/v1/contact", body).status_code == 400
    assert api.post("/v1/contact", body).status_code == 400


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "at least one channel"),
        ({"channels": []}, "at least one channel"),
        ({"channels": [{"type": "pigeon", "value": "x"}]}, "type must be one of"),
        ({"channels": [{"type": "email", "value": f"{n}@x.example"} for n in "abc"]}, "at most 2"),
        ({"channels": [{"type": "email", "value": "nobody"}]}, "e-mail"),
    ],
)
def test_a_contact_that_cannot_be_is_a_400_in_words(api, body, words):
    before = Contact.objects.count()
    answer = api.post("/v1/contact", body)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert Contact.objects.count() == before


def test_another_media_type_is_a_415(api):
    answer = api.post("/v1/contact", b"<contact/>", content_type="text/xml")
    assert (answer.status_code, answer.json()["status"]) == (415, 415)


def test_put_updates_the_contact_of_the_path(api, cast):
    answer = api.put(f"/v1/contact/{cast.dina.pk}", {"firstName": "Dinara", "groups": None})
    assert answer.content.decode() == f"Contact with id='{cast.dina.pk}' has been updated"
    wrapped = {"contact": {"lastName": "Marsh"}, "groups": None, "formType": None}
    assert api.put(f"/v1/contact/{cast.dina.pk}", wrapped).status_code == 200
    cast.dina.refresh_from_db()
    assert (cast.dina.first_name, cast.dina.last_name) == ("Dinara", "Marsh")
    assert cast.dina.email == "kozak@example.com"


def test_put_refuses_an_external_id_of_somebody_else(api, cast):
    answer = api.put(f"/v1/contact/{cast.ivan.pk}", {"externalCustomerId": "C-1"})
    assert answer.status_code == 400
    assert "belongs to another contact" in answer.content.decode()
    cast.ivan.refresh_from_db()
    assert cast.ivan.external_id == ""


def test_a_deleted_contact_is_gone_until_somebody_writes_it_again(api, cast):
    answer = api.delete(f"/v1/contact/{cast.dina.pk}")
    assert answer.content.decode() == f"Contact with id='{cast.dina.pk}' has been deleted"
    assert api.get(f"/v1/contact/{cast.dina.pk}").status_code == 404
    again = api.post("/v1/contact", {"externalCustomerId": "C-1", "lastName": "Back"})
    assert again.json()["id"] == cast.dina.pk
    assert api.get(f"/v1/contact/{cast.dina.pk}").json()["lastName"] == "Back"


def test_an_erased_contact_leaves_nothing(api, cast):
    assert api.delete("/v1/contact?externalCustomerId=C-1&erase=true").content == b""
    assert not Contact.objects.filter(pk=cast.dina.pk).exists()
    assert not ContactKey.objects.filter(contact_id=cast.dina.pk).exists()
    again = api.delete("/v1/contact?externalCustomerId=C-1")
    assert again.status_code == 404
    assert "not found" in again.content.decode()


def test_search_counts_all_and_puts_the_exact_address_first(api, cast):
    for name in ("akozak", "kozak2"):
        api.post("/v1/contact", {"channels": [{"type": "email", "value": f"{name}@example.com"}]})
    api.post("/v1/contact", {"channels": [{"type": "email", "value": "a-kozak@example.com"}]})
    answer = api.get("/v1/contacts?email=KOZAK@example.com&maxrows=2")
    assert dict(answer.items())["TotalCount"] == "3"
    assert [one["id"] for one in answer.json()][0] == cast.dina.pk
    assert len(answer.json()) == 2
    rest = api.get("/v1/contacts?email=kozak@example.com&startindex=3").json()
    assert len(rest) == 1


def test_a_part_of_an_address_or_number_is_found_anywhere(api, cast):
    person = {"firstName": "Zoya", "lastName": "Zorenko", "channels": [
        {"type": "email", "value": "Zoya.Zor@example.com"},
        {"type": "sms", "value": "380671112233"},
    ]}  # fmt: skip
    new = api.post("/v1/contact", person).json()["id"]
    for query in (
        "email=a.zor", "email=ZOYA.zor@example.com", "email=zor@example.com", "sms=111223",
        "sms=%2B380671112233", "firstname=zoya", "lastname=ZORENKO", "email=zor@&firstname=Zoya",
    ):  # fmt: skip
        found = api.get(f"/v1/contacts?{query}")
        assert ([one["id"] for one in found.json()], found["TotalCount"]) == ([new], "1"), query
    for query in ("email=_oya.zor@example.com", "email=%25@example.com", "sms=380671112234",
                  "firstname=zoy", "firstname=Zoya&lastname=x"):  # fmt: skip
        assert api.get(f"/v1/contacts?{query}").json() == [], query


def test_search_by_external_id_stands_alone(api, cast):
    found = api.get("/v1/contacts?externalCustomerId=C-1")
    assert [one["id"] for one in found.json()] == [cast.dina.pk]
    assert found["TotalCount"] == "1"
    assert "groups" not in found.json()[0]
    none = api.get("/v1/contacts?externalCustomerId=C-77")
    assert (none.json(), none["TotalCount"]) == ([], "0")
    both = api.get("/v1/contacts?externalCustomerId=C-1&email=x")
    assert both.status_code == 400


def test_emails_by_ids_collapse_when_there_is_one(api, cast):
    one = api.get(f"/v1/contacts/email?ids={cast.dina.pk}").json()
    assert one == {"results": {"contactId": cast.dina.pk, "email": "kozak@example.com"}}
    for query in (f"ids={cast.dina.pk}, {cast.ivan.pk}", f"ids={cast.dina.pk}&ids={cast.ivan.pk}"):
        rows = api.get(f"/v1/contacts/email?{query}").json()["results"]
        assert [row["contactId"] for row in rows] == [cast.dina.pk, cast.ivan.pk]
    assert api.get("/v1/contacts/email?ids=0").json() == {"results": []}


def test_subscriptions_are_replaced_as_a_whole(api, cast):
    for key in ("news", "sales"):
        consent.create_category(cast.organisation.pk, key=key, name=key.title(), by=cast.owner)
    path = f"/v1/contact/{cast.dina.pk}/subscriptions"
    assert api.get(path).json() == []
    assert api.put(path, {"subscriptions": ["news", "sales"]}).status_code == 200
    assert api.put(path, {"subscriptions": ["sales"]}).status_code == 200
    assert [one["key"] for one in api.get(path).json()] == ["sales"]
    assert api.put(path, {"subscriptions": ["unknown"]}).status_code == 400
    assert [one["key"] for one in api.get(path).json()] == ["sales"]
    assert api.get("/v1/subscriptions").json()[1]["contactsCount"] == 1


def test_a_token_only_contact_becomes_the_known_one(api, cast):
    token = {
        "type": "mobilepush",
        "value": "dev-token-1",
        "device": {"appId": "b0c5", "deviceModel": "Pixel", "os": "ANDROID", "active": True},
    }
    anonymous = api.post("/v1/contact", {"channels": [token]}).json()["id"]
    assert Device.objects.get().contact_id == anonymous
    api.post("/v1/contact", {"externalCustomerId": "C-1", "channels": [token]})
    assert Device.objects.get().contact_id == cast.dina.pk
    shown = api.get(f"/v1/contact/{cast.dina.pk}").json()["channels"][-1]
    assert (shown["type"], shown["value"]) == ("mobilepush", "dev-token-1")
    assert shown["device"]["deviceModel"] == "Pixel"


def test_a_stranger_finds_none_of_our_contacts(strange_api, cast):
    for method in ("GET", "PUT", "DELETE"):
        answer = strange_api.call(method, f"/v1/contact/{cast.dina.pk}", {"firstName": "X"})
        assert answer.status_code == 404
    assert strange_api.get("/v1/contacts").json() == []
    assert strange_api.get(f"/v1/contacts/email?ids={cast.dina.pk}").json() == {"results": []}
    cast.dina.refresh_from_db()
    assert (cast.dina.first_name, cast.dina.deleted_at) == ("Dina", None)
