import re

from cast import PASSWORD
from django.core import mail
from django.test import Client


def test_signing_in_leads_to_the_page_that_was_asked_for(cast):
    browser = Client()
    answer = browser.get("/settings/keys")
    assert answer["Location"] == "/sign-in?next=/settings/keys"
    answer = browser.post(
        answer["Location"],
        {"email": "OWNER@sandpiper.example", "password": PASSWORD, "next": "/settings/keys"},
    )
    assert answer["Location"] == "/settings/keys"
    assert browser.get("/settings/keys").status_code == 200


def test_signing_in_never_leads_to_another_host(cast):
    answer = Client().post(
        "/sign-in",
        {
            "email": "owner@sandpiper.example",
            "password": PASSWORD,
            "next": "https://evil.example/",
        },
    )
    assert answer["Location"] == "/"


def test_the_eleventh_guess_is_refused_even_when_it_is_right(cast):
    browser = Client()
    for _ in range(10):
        answer = browser.post("/sign-in", {"email": "owner@sandpiper.example", "password": "no"})
        assert "do not belong together" in answer.content.decode()
    answer = browser.post("/sign-in", {"email": "owner@sandpiper.example", "password": PASSWORD})
    assert answer.status_code == 400
    assert "Too many failed attempts" in answer.content.decode()


def test_a_marketer_sees_why_a_page_is_closed(sender):
    answer = sender.get("/settings/keys")
    assert answer.status_code == 403
    assert "Your role does not allow this" in answer.content.decode()


def test_a_forgotten_password_is_replaced_through_a_link_to_our_own_address(cast):
    browser = Client()
    browser.post(
        "/password/forgotten",
        {"email": "owner@sandpiper.example"},
        headers={"host": "evil.example"},
    )
    (link,) = re.findall(r"http://127.0.0.1:8000(/password/\S+)", mail.outbox[0].body)
    answer = browser.get(link, follow=True)
    form = answer.redirect_chain[-1][0]
    fresh = {"new_password1": "a much better one", "new_password2": "a much better one"}
    assert browser.post(form, fresh)["Location"] == "/password/chosen"
    assert browser.login(username="owner@sandpiper.example", password="a much better one")


def test_an_unknown_address_gets_the_same_answer_and_no_mail(db):
    answer = Client().post("/password/forgotten", {"email": "nobody@plover.example"})
    assert answer["Location"] == "/password/sent"
    assert mail.outbox == []


def test_a_new_member_chooses_a_password_by_mail(owner):
    owner.post("/settings/members", {"email": "new@sandpiper.example", "role": "ANALYST"})
    assert mail.outbox[0].to == ["new@sandpiper.example"]
    assert "new@sandpiper.example" in owner.get("/settings/members").content.decode()


def test_the_last_owner_cannot_leave(owner, cast):
    answer = owner.post(f"/settings/members/{cast.owner_user.pk}/remove")
    assert answer.status_code == 409
    assert "needs an owner" in answer.content.decode()


def test_the_secret_of_a_new_key_is_shown_once(owner):
    answer = owner.post("/settings/keys", {"description": "crm", "rights": "full"})
    (secret,) = re.findall(r'<code id="secret">(\S+)</code>', answer.content.decode())
    assert secret not in owner.get("/settings/keys").content.decode()


def test_a_page_speaks_the_language_that_was_chosen(owner):
    owner.post("/language", {"language": "uk", "next": "/settings/"})
    assert 'lang="uk"' in owner.get("/settings/").content.decode()


def test_machines_learn_whether_we_are_ready(client, db):
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/readyz").json() == {"ready": True}
    assert b"sanderling_workflow_runs_due 0.0" in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
