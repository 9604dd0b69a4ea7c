"""A login and a password in place of a key, where the organisation allows it (api.md §1.3)."""

import pytest
from cast import PASSWORD
from programs import Program, basic

from sanderling.accounts.models import ApiCall, Membership, SignInAttempt
from sanderling.api import logging_calls, persons_calling
from sanderling.contacts.models import Contact

PERSON = {"channels": [{"type": "email", "value": "new@example.com"}]}


@pytest.fixture
def login(cast):
    persons_calling._known.clear()
    return Program(basic(cast.owner_user.email, PASSWORD))


@pytest.fixture
def allowed(cast):
    cast.organisation.password_calls = True
    cast.organisation.save(update_fields=["password_calls"])


def test_nobody_calls_so_until_the_organisation_allows_it(api, login, cast):
    assert login.get("/v1/account/info").status_code == 401
    assert api.get("/v3/organisation").json()["passwordCalls"] is False
    assert api.put("/v3/organisation", {"passwordCalls": True}).json()["passwordCalls"] is True
    assert login.get("/v1/account/info").json() == {
        "userEmail": cast.owner_user.email,
        "organisationName": cast.organisation.name,
        "orgId": cast.organisation.pk,
    }
    assert login.post("/v1/contact", PERSON).status_code == 200
    assert Contact.objects.filter(email="new@example.com").count() == 1
    logging_calls.write_down()
    called = ApiCall.objects.filter(caller=f"person {cast.owner_user.pk}")
    assert set(called.values_list("operation", flat=True)) == {"/v1/account/info", "/v1/contact"}


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("OWNER", (200, 200, 200)),
        ("MARKETER", (200, 200, 403)),
        ("ANALYST", (401, 401, 401)),
        ("VIEWER", (401, 401, 401)),
    ],
)
def test_a_role_opens_what_it_may(login, allowed, cast, role, statuses):
    Membership.objects.filter(user=cast.owner_user).update(role=role)
    paths = ("/v1/version", "/v1/contacts", "/v3/organisation")
    assert tuple(login.get(path).status_code for path in paths) == statuses


def test_a_changed_password_ends_it_at_once(login, allowed, cast):
    assert login.get("/v1/version").status_code == 200
    cast.owner_user.set_password("another-" + PASSWORD)
    cast.owner_user.save()
    assert login.get("/v1/version").status_code == 401
    cast.owner_user.set_password(PASSWORD)
    cast.owner_user.is_active = False
    cast.owner_user.save()
    assert login.get("/v1/version").status_code == 401


def test_the_password_is_hashed_once_in_some_minutes(login, allowed, cast, monkeypatch):
    assert login.get("/v1/version").status_code == 200
    monkeypatch.setattr(type(cast.owner_user), "check_password", lambda *_: pytest.fail("hashed"))
    assert login.get("/v1/version").status_code == 200


def test_guessing_is_counted_with_the_guesses_of_the_page(login, allowed, cast):
    guess = Program(basic(cast.owner_user.email, "guess"))
    assert [guess.get("/v1/version").status_code for _ in range(11)] == [401] * 10 + [429]
    assert SignInAttempt.objects.count() == 10
    answer = login.get("/v1/version")
    assert answer.status_code == 429
    assert answer.content.startswith(b"Too many failed attempts.")


def test_the_page_has_the_switch(owner, cast):
    form = {"name": "Sandpiper", "time_zone": "UTC", "language": "en", "currency": "usd"}
    owner.post("/settings/organisation", form | {"password_calls": "on"})
    cast.organisation.refresh_from_db()
    assert cast.organisation.password_calls is True
