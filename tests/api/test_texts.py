"""Old methods write numbers as texts where an organisation asks for it, and nowhere else (R2)."""

from sanderling.accounts.models import AuditEntry, Organisation
from sanderling.contacts import fields

BALANCE = {
    "currentBalance": 0.0, "creditLimit": 0.0, "currency": "USD", "bonusEmails": 0, "bonusSmses": 0,
}  # fmt: skip
PERSON = {"channels": [{"type": "email", "value": "new@example.com"}]}


def test_the_switch_writes_texts_in_old_methods_only(api, cast):
    currency = {"currency": cast.organisation.currency}
    assert api.get("/v1/balance").json() == BALANCE | currency
    assert api.get("/v3/organisation").json()["textScalars"] is False
    assert api.put("/v3/organisation", {"textScalars": True}).json()["textScalars"] is True
    texts = {"currentBalance": "0.0", "creditLimit": "0.0", "bonusEmails": "0", "bonusSmses": "0"}
    assert api.get("/v1/balance").json() == texts | currency
    made = api.post("/v1/contact", PERSON).json()
    assert made["id"].isdecimal()
    assert api.get(f"/v1/contact/{made['id']}").json()["id"] == int(made["id"])
    assert AuditEntry.objects.filter(verb="organisation.edit").count() == 1
    api.put("/v3/organisation", {"textScalars": False})
    assert api.get("/v1/balance").json() == BALANCE | currency


def test_truths_of_address_books_become_texts(api, cast):
    fields.create_defaults(cast.organisation.pk)
    before = api.get("/v1/addressbooks").content
    api.put("/v3/organisation", {"textScalars": True})
    after = api.get("/v1/addressbooks").content
    assert b'"required":false' in before
    assert b'"required":"false"' in after
    assert b'"required":false' not in after


def test_another_organisation_keeps_its_numbers(api, strange_api):
    api.put("/v3/organisation", {"textScalars": True})
    assert strange_api.get("/v1/balance").json()["currentBalance"] == 0.0


def test_impossible_settings_change_nothing(api, cast):
    before = Organisation.objects.filter(pk=cast.organisation.pk).values().get()
    for wrong in (
        {"timeZone": "Mars/Base"}, {"currency": "eur"}, {"language": "xx"}, {"name": " "},
        {"name": "x" * 201},
    ):  # fmt: skip
        assert api.put("/v3/organisation", {"textScalars": True} | wrong).status_code == 400
    assert Organisation.objects.filter(pk=cast.organisation.pk).values().get() == before
    assert AuditEntry.objects.filter(verb="organisation.edit").count() == 0


def test_the_page_has_the_switch(owner, cast):
    form = {"name": "Sandpiper", "time_zone": "UTC", "language": "en", "currency": "usd"}
    assert "Old methods of the API" in owner.get("/settings/organisation").content.decode()
    owner.post("/settings/organisation", form | {"text_scalars": "on"})
    cast.organisation.refresh_from_db()
    assert cast.organisation.text_scalars is True
    owner.post("/settings/organisation", form)
    cast.organisation.refresh_from_db()
    assert cast.organisation.text_scalars is False
