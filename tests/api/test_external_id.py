"""The External ID document, sentence by sentence, and the bulk call's rules (api.md §4, §5.4.3).

A sentence that another file holds already (16 writers at once, smartsend) is not repeated here.
"""

import pytest
from django.utils import timezone

from sanderling.contacts import fields, importing, suppressing
from sanderling.contacts.models import Contact, ContactKey, Device, Field, ListMember
from sanderling.messages.models import Message
from sanderling.segments.models import Segment
from sanderling.sending.models import Delivery

TOKEN = {
    "type": "mobilepush",
    "value": "dev-1",
    "device": {"appId": "7", "deviceModel": "Pixel", "os": "ANDROID"},
}


def email(address):
    return {"channels": [{"type": "email", "value": address}]}


def sms(number):
    return {"channels": [{"type": "sms", "value": number}]}


def add(api, **contact):
    answer = api.post("/v1/contact", contact)
    assert answer.status_code == 200, answer.content
    return answer.json()["id"]


def bulk(api, contacts, dedupe_on="email", **more):
    """Send a bulk call, let a worker run, and return what importstatus says."""
    body = {"contacts": contacts, "dedupeOn": dedupe_on, **more}
    answer = api.post("/v1/contacts", body)
    assert answer.status_code == 200, answer.content
    importing.run_due()
    return api.get(f"/v1/importstatus/{answer.json()['asyncSessionId']}").json()


def mapped(status):
    assert status["status"] == "FINISHED", status
    return [row["contactId"] for row in status.get("mapping", [])]


# "Пример 1": an app's contact is created by its token, and found by it when the person signs up.
def test_an_app_sends_its_token_and_later_the_person_with_an_id(api, cast):
    anonymous = add(api, channels=[TOKEN])
    assert Device.objects.get().contact_id == anonymous
    known = add(
        api,
        externalCustomerId="U-1",
        firstName="Ann",
        channels=[TOKEN, *email("ann@example.com")["channels"]],
    )
    assert known == anonymous
    contact = Contact.objects.get(pk=known)
    assert (contact.external_id, contact.email) == ("U-1", "ann@example.com")
    assert Device.objects.get().contact_id == known


# "Создать контакт (Add/update a contact)"
def test_the_contact_with_this_external_id_is_updated(api, cast):
    assert add(api, externalCustomerId="C-1", firstName="Dinara") == cast.dina.pk
    cast.dina.refresh_from_db()
    assert (cast.dina.first_name, cast.dina.email) == ("Dinara", "kozak@example.com")


def test_an_unknown_external_id_makes_a_contact(api, cast):
    made = add(api, externalCustomerId="C-50", **email("c50@example.com"))
    assert made not in (cast.dina.pk, cast.ivan.pk, cast.ghost.pk)
    assert Contact.objects.get(pk=made).external_id == "C-50"


def test_the_deleted_contact_with_this_external_id_is_restored(api, cast):
    api.delete("/v1/contact?externalCustomerId=C-1")
    cast.dina.refresh_from_db()
    assert cast.dina.deleted_at is not None
    assert add(api, externalCustomerId="C-1", firstName="Dinara") == cast.dina.pk
    cast.dina.refresh_from_db()
    assert (cast.dina.deleted_at, cast.dina.first_name) == (None, "Dinara")


def test_without_an_external_id_the_address_decides(api, cast):
    assert add(api, **email("KOZAK@example.com"), contactKey="Lviv") == cast.dina.pk
    assert add(api, **sms("+380 67 000 00 01"), contactKey="Kyiv") == cast.dina.pk
    cast.dina.refresh_from_db()
    assert (cast.dina.external_id, cast.dina.email) == ("C-1", "kozak@example.com")


def test_an_erased_person_never_comes_back(api, cast):
    api.delete("/v1/contact?externalCustomerId=C-1&erase=true")
    again = add(api, externalCustomerId="C-1", **email("kozak@example.com"))
    assert again != cast.dina.pk
    assert Contact.objects.get(pk=again).first_name == ""
    assert api.put(f"/v1/contact/{cast.dina.pk}", {"firstName": "X"}).status_code == 404
    status = bulk(
        api, [{"id": cast.dina.pk, "firstName": "X"}], dedupe_on="id", restoreDeleted=True
    )
    assert status["description"] == "Added 0, updated 0, unchanged 0, rejected 1"
    assert not Contact.objects.filter(pk=cast.dina.pk).exists()


# "Обновить контакт (Update contact)"
def test_put_with_the_id_of_another_is_an_error_and_changes_nothing(api, cast):
    sent = {"externalCustomerId": "C-1", "firstName": "Wrong"}
    answer = api.put(f"/v1/contact/{cast.ivan.pk}", sent)
    assert answer.status_code == 400
    cast.ivan.refresh_from_db()
    assert (cast.ivan.external_id, cast.ivan.first_name) == ("", "Іван")
    assert ContactKey.objects.get(kind="EXTERNAL_ID", value="C-1").contact_id == cast.dina.pk


def test_put_with_a_free_id_assigns_it_in_the_place_of_the_old_one(api, cast):
    assert api.put(f"/v1/contact/{cast.ivan.pk}", {"externalCustomerId": "C-7"}).status_code == 200
    assert api.put(f"/v1/contact/{cast.dina.pk}", {"externalCustomerId": "C-8"}).status_code == 200
    for contact, own in ((cast.ivan, "C-7"), (cast.dina, "C-8")):
        contact.refresh_from_db()
        assert contact.external_id == own
    assert not ContactKey.objects.filter(kind="EXTERNAL_ID", value="C-1").exists()
    assert add(api, externalCustomerId="C-8") == cast.dina.pk


@pytest.mark.parametrize("said", [{}, {"externalCustomerId": None}, {"externalCustomerId": " "}])
def test_put_without_an_id_leaves_it(api, cast, said):
    assert api.put(f"/v1/contact/{cast.dina.pk}", {**said, "firstName": "D"}).status_code == 200
    cast.dina.refresh_from_db()
    assert (cast.dina.external_id, cast.dina.first_name) == ("C-1", "D")


def test_put_restores_a_deleted_contact(api, cast):
    api.delete(f"/v1/contact/{cast.dina.pk}")
    assert api.put(f"/v1/contact/{cast.dina.pk}", {"contactKey": "Lviv"}).status_code == 200
    cast.dina.refresh_from_db()
    assert cast.dina.deleted_at is None


# "Получить контакт (Get contact)"
def test_the_external_id_is_among_the_data_of_a_contact(api, cast):
    assert api.get(f"/v1/contact/{cast.dina.pk}").json()["externalCustomerId"] == "C-1"
    assert "externalCustomerId" not in api.get(f"/v1/contact/{cast.ivan.pk}").json()


# "Подписать контакт (Subscribe contact)"
def test_a_subscriber_is_found_by_id_then_email_then_phone(api, cast):
    other = add(api, **email("other@example.com"))
    third = add(api, **sms("380670000003"))
    both = [
        {"type": "email", "value": "other@example.com"},
        {"type": "sms", "value": "380670000003"},
    ]

    def subscribed(**contact):
        return api.post("/v1/contact/subscribe", {"contact": contact}).json()

    known = subscribed(externalCustomerId="C-1", channels=both)
    assert (known["id"], known["new"]) == (cast.dina.pk, False)
    assert subscribed(externalCustomerId="C-40", channels=both)["id"] == other
    assert Contact.objects.get(pk=other).external_id == "C-40"
    assert subscribed(externalCustomerId="C-41", channels=both[1:])["id"] == third
    new = subscribed(externalCustomerId="C-42", channels=email("c42@example.com")["channels"])
    assert new["new"] is True
    cast.dina.refresh_from_db()
    assert (cast.dina.email, cast.dina.phone) == ("kozak@example.com", "380670000001")


def test_a_subscriber_with_another_external_id_is_another_person(api, cast):
    contact = {"externalCustomerId": "C-9", **email("kozak@example.com")}
    answer = api.post("/v1/contact/subscribe", {"contact": contact}).json()
    assert (answer["new"], answer["id"] == cast.dina.pk) == (True, False)
    cast.dina.refresh_from_db()
    assert cast.dina.external_id == "C-1"


# "Поиск (Search contacts)"
@pytest.mark.parametrize("other", ["email=x", "sms=1", "firstname=D", "lastname=K"])
def test_a_search_by_external_id_takes_no_other_parameter(api, cast, other):
    assert api.get(f"/v1/contacts?externalCustomerId=C-1&{other}").status_code == 400
    found = api.get("/v1/contacts?externalCustomerId=C-1").json()
    assert [one["id"] for one in found] == [cast.dina.pk]


# "Импорт (Add/update contacts)"
def test_any_field_may_be_the_unique_one_of_an_import(api, cast):
    fields.create_defaults(cast.organisation.pk)
    group = Field.objects.first().group
    own = Field.objects.create(organisation=cast.organisation, group=group, name="Card", key="C")
    Contact.objects.filter(pk=cast.ivan.pk).update(fields={str(own.pk): "K-7"})
    add(api, channels=[TOKEN], externalCustomerId="C-3")
    people = {
        "email": ({"externalCustomerId": "E-1", **email("ivan@приклад.укр")}, cast.ivan.pk),
        "sms": (sms("380670000001"), cast.dina.pk),
        "push": ({"channels": [TOKEN]}, cast.ghost.pk),
        "email_or_sms": (sms("380670000001"), cast.dina.pk),
        "id": ({"id": cast.ghost.pk}, cast.ghost.pk),
        "externalCustomerId": ({"externalCustomerId": "C-1"}, cast.dina.pk),
        "fieldId": ({"fields": [{"id": own.pk, "value": "K-7"}]}, cast.ivan.pk),
    }
    for way, (contact, who) in people.items():
        more = {"fieldId": own.pk} if way == "fieldId" else {}
        status = bulk(api, [{**contact, "contactKey": way}], dedupe_on=way, **more)
        assert mapped(status) == [who], way
        assert Contact.objects.get(pk=who).contact_key == way
    nobody = {"fields": [{"id": own.pk, "value": "K-8"}]}
    status = bulk(api, [nobody], dedupe_on="fieldId", fieldId=own.pk)
    assert status["description"] == "Added 0, updated 0, unchanged 0, rejected 1"
    assert Contact.objects.count() == 3
    cast.ivan.refresh_from_db()
    assert cast.ivan.external_id == "E-1"


def test_a_file_may_be_unique_by_email_and_bring_external_ids(api, cast):
    run = importing.create(
        cast.organisation.pk,
        "people.csv",
        chunks=["Email;External ID\nivan@приклад.укр;E-1\nnew@example.com;E-2\n".encode()],
        by=cast.owner,
    )
    setup = importing.Setup(mapping=run.mapping, unique_by="EMAIL")
    importing.configure(cast.organisation.pk, run.pk, setup, by=cast.owner)
    importing.start(cast.organisation.pk, run.pk, by=cast.owner)
    importing.run_due()
    cast.ivan.refresh_from_db()
    assert cast.ivan.external_id == "E-1"
    assert Contact.objects.get(email="new@example.com").external_id == "E-2"


# "Использование в ресурсе Send prepared message": contactId > externalCustomerId > locator
def test_a_message_goes_to_the_strongest_name(api, cast):
    message = Message.objects.create(
        organisation=cast.organisation, name="M", subject="S", html="<p>x</p>"
    )
    recipients = [
        {"contactId": cast.ivan.pk, "externalCustomerId": "C-1", "locator": "x@example.com"},
        {"externalCustomerId": "C-1", "locator": "y@example.com"},
        {"locator": "z@example.com"},
    ]
    body = {"recipients": recipients, "email": True}
    rows = api.post(f"/v1/message/{message.pk}/smartsend", body).json()["results"]
    assert [row["status"] for row in rows] == ["OK"] * 3
    new = Contact.objects.get(email="z@example.com")
    ids = [Delivery.objects.get(request_id=row["requestId"]).contact_id for row in rows]
    assert ids == [cast.ivan.pk, cast.dina.pk, new.pk]
    assert not Contact.objects.filter(email__in=["x@example.com", "y@example.com"]).exists()


# "Поиск контактов без внешнего ID": a dynamic segment "External ID is not specified"
def test_contacts_without_an_external_id_are_a_segment_of_this_moment(api, cast):
    condition = {"all": [{"field": "external_id", "operator": "not_specified"}]}
    segment = Segment.objects.create(
        organisation=cast.organisation, name="Without", condition=condition
    )
    path = f"/v1/group/{segment.pk}/contacts"
    assert [one["id"] for one in api.get(path).json()] == [cast.ivan.pk]
    new = add(api, **email("later@example.com"))
    api.put(f"/v1/contact/{cast.ivan.pk}", {"externalCustomerId": "C-2"})
    assert [one["id"] for one in api.get(path).json()] == [new]


# Bulk rules 2-6 (api.md §5.4.3)
def test_rule_2_an_unknown_id_joins_the_contact_of_the_address(api, cast):
    people = [
        {"externalCustomerId": "C-2", **email("ivan@приклад.укр"), "contactKey": "Lviv"},
    ]
    assert mapped(bulk(api, people)) == [cast.ivan.pk]
    cast.ivan.refresh_from_db()
    assert (cast.ivan.external_id, cast.ivan.contact_key) == ("C-2", "Lviv")


def test_rule_3_of_several_with_one_address_the_last_updated_counts(api, cast):
    first = add(api, **email("family@example.com"))
    second = add(api, **sms("380670000009"))
    share(second, "family@example.com")
    assert mapped(bulk(api, [{**email("Family@example.com"), "contactKey": "A"}])) == [second]
    Contact.objects.filter(pk=first).update(updated_at=timezone.now())
    assert mapped(bulk(api, [{**email("family@example.com"), "contactKey": "B"}])) == [first]


def test_rule_4_of_two_with_one_address_the_one_without_an_id_gets_it(api, cast):
    free = add(api, **sms("380670000009"))
    share(free, "kozak@example.com")
    Contact.objects.filter(pk=cast.dina.pk).update(updated_at=timezone.now())
    people = [{"externalCustomerId": "C-9", **email("kozak@example.com")}]
    assert mapped(bulk(api, people)) == [free]
    assert Contact.objects.get(pk=free).external_id == "C-9"
    cast.dina.refresh_from_db()
    assert cast.dina.external_id == "C-1"


def test_rule_5_where_all_have_other_ids_a_contact_is_made(api, cast):
    share(cast.ghost.pk, "kozak@example.com")
    people = [{"externalCustomerId": "C-9", **email("kozak@example.com")}]
    status = bulk(api, people)
    assert status["description"] == "Added 1, updated 0, unchanged 0, rejected 0"
    made = Contact.objects.get(external_id="C-9")
    assert mapped(status) == [made.pk]
    for contact, own in ((cast.dina, "C-1"), (cast.ghost, "C-3")):
        contact.refresh_from_db()
        assert contact.external_id == own


@pytest.mark.parametrize("restores", [False, True, None])
def test_rule_6_a_deleted_contact_is_skipped_or_restored(api, cast, restores):
    api.delete(f"/v1/contact/{cast.dina.pk}")
    people = [{"externalCustomerId": "C-1", "contactKey": "Lviv"}]
    status = bulk(api, people, restoreDeleted=restores)
    cast.dina.refresh_from_db()
    if restores:
        assert (cast.dina.deleted_at, cast.dina.contact_key) == (None, "Lviv")
        assert mapped(status) == [cast.dina.pk]
    else:
        assert cast.dina.deleted_at is not None
        assert cast.dina.contact_key == ""
        assert status["description"] == "Added 0, updated 0, unchanged 0, rejected 1"


def test_the_id_goes_before_what_dedupe_on_says(api, cast):
    people = [{"externalCustomerId": "C-1", **email("ivan@приклад.укр")}]
    assert mapped(bulk(api, people)) == [cast.dina.pk]


def test_bulk_registers_devices_and_leaves_and_joins_lists(api, cast):
    bulk(api, [{"externalCustomerId": "C-1"}], groupNames=["Old"])
    anonymous = add(api, channels=[TOKEN])
    people = [{"externalCustomerId": "C-1", "channels": [TOKEN]}]
    bulk(api, people, groupNames=["New"], groupNamesExclude=["Old", "Never"])
    device = Device.objects.get()
    assert (device.contact_id, device.device_model) == (cast.dina.pk, "Pixel")
    assert Contact.objects.get(pk=anonymous).deleted_at is not None
    assert ListMember.objects.get().list.name == "New"


def test_bulk_contacts_are_confirmed_and_only_listed_fields_are_written(api, cast):
    own = Field.objects.create(
        organisation=cast.organisation,
        group=cast.organisation.fieldgroup_set.create(name="G", key="G"),
        name="Card",
        key="C",
    )
    person = {
        **email("new@example.com"),
        "firstName": "Ann",
        "lastName": "Stone",
        "fields": [{"id": own.pk, "value": "7"}],
    }
    bulk(api, [person], contactFields=["firstName", "email"], customFieldsIDs=[])
    made = Contact.objects.get(email="new@example.com")
    assert (made.first_name, made.last_name, made.fields) == ("Ann", "", {})
    assert made.email_status == "CONFIRMED"
    bulk(api, [person], contactFields=["lastName"], customFieldsIDs=[own.pk])
    made.refresh_from_db()
    assert (made.first_name, made.last_name) == ("Ann", "Stone")
    assert made.fields == {str(own.pk): "7"}
    bulk(api, [email("new@example.com")], contactFields=["lastName"], customFieldsIDs=[own.pk])
    made.refresh_from_db()
    assert (made.first_name, made.last_name, made.fields) == ("Ann", "", {})


@pytest.mark.parametrize(
    ("reason", "status"), [("UNSUBSCRIBED", "UNSUBSCRIBED"), ("MANUAL", "BLACKLISTED")]
)
def test_a_suppressed_address_is_so_for_whoever_comes_with_it_later(api, cast, reason, status):
    addresses = [f"s{number}@example.com" for number in range(4)]
    suppressing.suppress(cast.organisation.pk, "EMAIL", addresses, reason=reason, by=cast.owner)
    add(api, **email(addresses[0]))
    bulk(api, [email(addresses[1]), {"externalCustomerId": "C-1", **email(addresses[2])}])
    api.put(f"/v1/contact/{cast.ivan.pk}", email(addresses[3]))
    found = Contact.objects.filter(email__in=addresses).values_list("email_status", flat=True)
    assert list(found) == [status] * 4


def share(contact_id, address):
    """Give a contact an address whose key somebody else owns."""
    Contact.objects.filter(pk=contact_id).update(email=address, updated_at=timezone.now())
