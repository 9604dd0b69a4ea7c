"""The pages about people, as a person with a browser uses them."""

import json

import pytest
from cast import PASSWORD
from django.core.files.uploadedfile import SimpleUploadedFile

from sanderling.accounts import organising
from sanderling.contacts import consent, fields, importing, lists, suppressing
from sanderling.contacts.models import Contact, ContactList, Erasure, Field, Import, Suppression


def text(answer):
    return answer.content.decode()


def test_an_empty_house_says_what_to_do_next(stranger):
    page = text(stranger.get("/contacts/"))
    assert "No contacts yet" in page
    assert "/contacts/imports/" in page
    assert "No lists yet" in text(stranger.get("/contacts/lists/"))
    assert "No imports yet" in text(stranger.get("/contacts/imports/"))
    assert "No additional fields yet" in text(stranger.get("/contacts/fields/"))
    assert "No categories yet" in text(stranger.get("/contacts/categories/"))
    assert "Nobody is suppressed" in text(stranger.get("/contacts/suppressions/"))


@pytest.mark.parametrize(
    "typed", ["kozak@", "KOZ", "dina koz", "koz dina", "+380 67", "C-1", "380670000001"]
)
def test_a_person_is_found_by_a_beginning(cast, owner, typed):
    page = text(owner.get("/contacts/", {"q": typed}))
    assert f"/contacts/{cast.dina.pk}" in page
    assert "Іван" not in page


@pytest.mark.parametrize("typed", ["%", "_", "zzz", "99999999999999999999", "a\x00b", "\\"])
def test_odd_searches_find_nobody(cast, owner, typed):
    assert "Nobody found" in text(owner.get("/contacts/", {"q": typed}))


def test_pages_go_on_behind_the_last_contact(cast, owner):
    Contact.objects.bulk_create(
        Contact(organisation=cast.organisation, email=f"p{n}@example.com") for n in range(60)
    )
    first = text(owner.get("/contacts/"))
    assert "p59@example.com" in first
    assert "p9@example.com" not in first
    behind = Contact.objects.get(email="p10@example.com").pk
    assert f"?before={behind}" in first
    second = text(owner.get("/contacts/", {"before": behind}))
    assert "p9@example.com" in second
    assert "kozak@example.com" in second
    assert "Older" not in second


def test_a_list_shows_its_people_only(cast, owner):
    news = lists.create(cast.organisation.pk, "News", by=cast.owner)
    lists.add_members(cast.organisation.pk, news.pk, [cast.dina.pk], by=cast.owner)
    page = text(owner.get("/contacts/", {"list": news.pk}))
    assert "kozak@example.com" in page
    assert "Ghost" not in page


def test_a_contact_is_made_changed_and_shown(cast, owner):
    fields.create_defaults(cast.organisation.pk)
    birthday = Field.objects.get(key="BIRTHDAY")
    said = {"email": "new@example.com", "first_name": "Ann", f"field:{birthday.pk}": "17.04.1990"}
    answer = owner.post("/contacts/new", said)
    made = Contact.objects.get(email="new@example.com")
    assert answer["Location"] == f"/contacts/{made.pk}"
    assert made.source == "MANUAL"
    assert "1990-04-17" in text(owner.get(f"/contacts/{made.pk}"))
    owner.post(f"/contacts/{made.pk}/edit", {**said, "first_name": "Anna"})
    made.refresh_from_db()
    assert made.first_name == "Anna"


def test_problems_stand_beside_their_boxes(cast, owner):
    page = text(owner.post("/contacts/new", {"email": "nobody", "time_zone": "Mars"}))
    assert "This is not an e-mail address." in page
    assert "There is no such time zone" in page
    page = text(owner.post("/contacts/new", {"first_name": "Ann"}))
    assert "Give an e-mail, a phone or an external ID." in page
    page = text(owner.post("/contacts/new", {"email": "KOZAK@example.com"}))
    assert f"There is already such a contact: number {cast.dina.pk}" in page
    page = text(owner.post(f"/contacts/{cast.ivan.pk}/edit", {"external_id": "C-1"}))
    assert "External ID C-1 belongs to another contact." in page
    assert Contact.objects.count() == 3
    cast.ivan.refresh_from_db()
    assert cast.ivan.email == "ivan@приклад.укр"


def test_a_contact_is_deleted_restored_and_erased(cast, owner):
    where = f"/contacts/{cast.dina.pk}"
    owner.post(f"{where}/delete")
    assert "kozak@example.com" not in text(owner.get("/contacts/"))
    assert "kozak@example.com" in text(owner.get("/contacts/", {"deleted": "1"}))
    owner.post(f"{where}/restore")
    assert "kozak@example.com" in text(owner.get("/contacts/"))
    assert "cannot be brought back" in text(owner.get(f"{where}/erase"))
    assert Erasure.objects.count() == 0
    owner.post(f"{where}/erase")
    assert Erasure.objects.get().contact_id == cast.dina.pk
    assert owner.get(where).status_code == 404


def test_lists_and_wishes_are_ticked_on_the_card(cast, owner):
    here, where = cast.organisation.pk, f"/contacts/{cast.dina.pk}"
    news, old = lists.named(here, ["News", "Old"], by=cast.owner)
    lists.add_members(here, old, [cast.dina.pk], by=cast.owner)
    consent.create_category(here, key="sales", name="Sales", by=cast.owner)
    owner.post(f"{where}/lists", {"lists": [news]})
    assert [row.name for row in lists.of_contact(here, cast.dina.pk)] == ["News"]
    owner.post(f"{where}/consent", {"categories": ["sales"]})
    # A category has a list of its own that holds the same people.
    assert [row.name for row in lists.of_contact(here, cast.dina.pk)] == ["News", "Sales"]
    assert consent.wanted_by(here, cast.dina.pk) == ["sales"]
    owner.post(f"{where}/consent", {"do": "unsubscribe"})
    assert suppressing.is_suppressed(here, "EMAIL", "kozak@example.com")
    assert "on the suppression list" in text(owner.get(where))


def test_everything_about_a_person_is_one_file(cast, owner):
    answer = owner.get(f"/contacts/{cast.dina.pk}/data.json")
    told = json.loads(answer.content)
    assert (told["email"], told["external_id"]) == ("kozak@example.com", "C-1")
    assert {"kind": "PHONE", "value": "380670000001"} in told["keys"]
    assert told["activities"] == []


def test_lists_are_made_renamed_and_deleted(cast, owner):
    owner.post("/contacts/lists/", {"name": "News"})
    assert "already a list called News" in text(owner.post("/contacts/lists/", {"name": "News"}))
    made = ContactList.objects.get()
    owner.post(f"/contacts/lists/{made.pk}", {"name": "Letters"})
    assert "Letters" in text(owner.get("/contacts/lists/"))
    owner.post(f"/contacts/lists/{made.pk}/delete")
    assert ContactList.objects.count() == 0


def test_fields_are_made_changed_and_deleted(cast, owner):
    owner.post("/contacts/fields/", {"name": "Sizes"})
    group = fields.groups(cast.organisation.pk)[0]
    said = {"group": group.pk, "name": "Shoe", "type": "combobox", "allowed_values": "38\r\n39"}
    owner.post("/contacts/fields/new", said)
    shoe = Field.objects.get()
    assert (shoe.key, shoe.allowed_values) == ("SHOE", ["38", "39"])
    assert "%SIZES.SHOE%" in text(owner.get("/contacts/fields/"))
    page = text(owner.post("/contacts/fields/new", {**said, "allowed_values": ""}))
    assert "Say which values can be chosen." in page
    owner.post(f"/contacts/fields/{shoe.pk}", {"name": "Boot", "allowed_values": "40"})
    shoe.refresh_from_db()
    assert (shoe.name, shoe.type, shoe.allowed_values) == ("Boot", "combobox", ["40"])
    owner.post(f"/contacts/fields/{shoe.pk}/delete")
    owner.post(f"/contacts/fields/groups/{group.pk}/delete")
    assert fields.groups(cast.organisation.pk) == []


def test_addresses_are_suppressed_and_released(cast, owner):
    page = text(owner.post("/contacts/suppressions/", {"addresses": "nobody@"}))
    assert "Not an address: nobody@." in page
    owner.post("/contacts/suppressions/", {"addresses": "Kozak@example.com\n+380 67 000 00 05"})
    assert set(Suppression.objects.values_list("channel", "address")) == {
        ("EMAIL", "kozak@example.com"),
        ("SMS", "380670000005"),
    }
    assert "kozak@example.com" in text(owner.get("/contacts/suppressions/", {"q": "koz"}))
    address = {"channel": "EMAIL", "address": "kozak@example.com"}
    owner.post("/contacts/suppressions/release", address)
    assert Suppression.objects.count() == 1


def upload(client, content, name="people.csv"):
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    return client.post("/contacts/imports/", {"file": file})


def test_a_file_is_uploaded_mapped_imported_and_its_rejects_fetched(cast, owner):
    content = "email;Имя;Шляпа\nkozak@example.com;Диана;1\nnobody;Пётр;2\n"
    answer = upload(owner, content)
    run = Import.objects.get()
    where = f"/contacts/imports/{run.pk}"
    assert answer["Location"] == where
    page = text(owner.get(where))
    assert "1 of them would be rejected." in page
    assert "Шляпа" in page
    chosen = {"column-0": "email", "column-1": "first_name", "column-2": "", "skip_first": "on"}
    page = text(owner.post(where, {**chosen, "unique_by": "PHONE", "do": "start"}))
    assert "Map a column to the unique field" in page
    started = owner.post(
        where, {**chosen, "unique_by": "EMAIL", "new_list": "From the fair", "do": "start"}
    )
    assert started["Location"] == where
    waiting = text(owner.get(where))
    assert "Waiting for a worker." in waiting
    assert 'hx-trigger="every 2s"' in waiting
    importing.run_due()
    done = text(owner.get(f"{where}/progress"))
    assert "Finished." in done
    assert "hx-trigger" not in done
    assert "This is not an e-mail address. (nobody)" in done
    assert cast.organisation.contactlist_set.get().name == "From the fair"
    rejected = b"".join(owner.get(f"{where}/rejects.csv").streaming_content).decode()
    assert rejected == (
        "\ufeffline;reason;email;Имя;Шляпа\r\n"
        "3;This is not an e-mail address. (nobody);nobody;Пётр;2\r\n"
    )
    cast.dina.refresh_from_db()
    assert cast.dina.first_name == "Диана"


def test_a_wrong_file_is_refused_with_words(cast, owner):
    assert "save the sheet as CSV first" in text(upload(owner, b"PK\x03\x04book", "people.xlsx"))
    assert "The file is empty." in text(upload(owner, b""))
    assert "Choose a file first." in text(owner.post("/contacts/imports/", {}))
    assert Import.objects.count() == 0


def test_a_file_is_read_again_or_forgotten(cast, owner):
    upload(owner, "email,Имя\na@example.com,Анна\n".encode("cp1251"))
    run = Import.objects.get()
    where = f"/contacts/imports/{run.pk}"
    assert "Анна" in text(owner.get(where))
    owner.post(f"{where}/reading", {"encoding": "cp1252", "delimiter": ","})
    assert "Àííà" in text(owner.get(where))
    owner.post(f"{where}/discard")
    assert Import.objects.count() == 0


def test_a_stranger_finds_none_of_it(cast, stranger):
    here = cast.organisation.pk
    news = lists.create(here, "News", by=cast.owner)
    for address in (
        f"/contacts/{cast.dina.pk}",
        f"/contacts/{cast.dina.pk}/edit",
        f"/contacts/{cast.dina.pk}/data.json",
        f"/contacts/?list={news.pk}",
    ):
        assert stranger.get(address).status_code == 404
    assert stranger.post(f"/contacts/{cast.dina.pk}/erase").status_code == 404
    assert stranger.post(f"/contacts/lists/{news.pk}/delete").status_code == 404
    assert "kozak@" not in text(stranger.get("/contacts/", {"q": "kozak"}))
    assert Contact.objects.filter(pk=cast.dina.pk).exists()


def test_who_may_only_read_changes_nothing(cast, client):
    organising.add_user(
        cast.organisation, email="viewer@sandpiper.example", role="VIEWER", password=PASSWORD
    )
    assert client.login(username="viewer@sandpiper.example", password=PASSWORD)
    page = text(client.get(f"/contacts/{cast.dina.pk}"))
    assert "Erase for good" not in page
    assert client.post(f"/contacts/{cast.dina.pk}/delete").status_code == 403
    assert upload(client, "email\na@example.com\n").status_code == 403
    refused = client.post("/contacts/suppressions/", {"addresses": "a@example.com"})
    assert refused.status_code == 403
    assert Suppression.objects.count() == Import.objects.count() == 0
