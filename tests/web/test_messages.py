"""The pages of messages."""

import email
import html
import json
import re

import pytest
from django.test import Client

from sanderling.accounts import organising
from sanderling.accounts.models import AuditEntry, User
from sanderling.messages.models import Message
from sanderling.sending.models import Captured, Delivery


def write(sender, **columns):
    form = {"name": "News", "subject": "Hello", "html": "<p>Hi</p>", "tags": "a, b, a"} | columns
    return sender.post("/messages/new", form, follow=True)


def test_a_message_is_written_listed_and_changed(cast, sender):
    page = write(sender)
    message = Message.objects.get()
    assert page.redirect_chain == [(f"/messages/{message.pk}", 302)]
    assert (message.organisation, message.tags) == (cast.organisation, ["a", "b"])
    assert "News" in sender.get("/messages/").content.decode()
    sender.post(f"/messages/{message.pk}", {"name": "News", "subject": "Changed", "html": "x"})
    message.refresh_from_db()
    assert (message.subject, message.html, message.tags) == ("Changed", "x", [])


def test_the_editor_names_every_problem_with_its_line(cast, sender):
    page = write(sender, html="<p>\n#foreach($x in)#end").content.decode()
    assert "line 2, column" in page
    assert "#foreach" in page


def test_the_editor_warns_of_traps_and_says_what_to_do(cast, sender):
    text = '<style>#stop{color:red}</style>\n<p>$number.format("#,##0", 5)</p>\n$domain.com'
    page = html.unescape(write(sender, html=text).content.decode())
    assert "line 1, column 8" in page
    assert "Give the element another id." in page
    assert "line 2, column" in page
    assert "Use single quotes: '#,##0'." in page
    assert "Write ${domain}.com" in page


def test_the_preview_follows_the_form_and_not_the_store(cast, sender):
    form = {
        "subject": "For $firstName",
        "html": "<p>$!firstName: $!data.get('1043').get(0).get('name')</p>",
        "reader": "KOZAK@example.com",
        "params": json.dumps({"1043": [{"name": "Dina Kozak"}]}),
    }
    words = sender.post("/messages/preview", form).content.decode()
    assert "For Dina" in words
    answer = sender.post("/messages/preview/page", form)
    assert answer.content.decode() == "<p>Dina: Dina Kozak</p>"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert Message.objects.count() == 0


def test_a_preview_of_mistakes_shows_them_all_with_and_without_script(cast, sender):
    form = {"subject": "Hi", "html": "<p>\n#foreach($x in)\n#end\n#set($a = 2-1)"}
    words = html.unescape(sender.post("/messages/preview", form).content.decode())
    assert words.count("data-go-to-line") == 2
    assert "#foreach($x in)</pre>" in words
    assert "#set($a = 2-1)</pre>" in words
    page = sender.post("/messages/preview/page", form)
    assert page["Content-Type"].startswith("text/plain")
    assert page.content.decode().split("\n") == [
        "html, line 2, column 1: '#foreach' needs '($element in $list)'.",
        "    #foreach($x in)",
        "",
        "html, line 4, column 12: A minus before a digit belongs to the number: write '- 1'.",
        "    #set($a = 2-1)",
    ]


def test_a_new_message_has_no_tags(sender):
    page = sender.get("/messages/new").content.decode()
    [field] = re.findall(r'<input[^>]*name="tags"[^>]*>', page)
    assert "value" not in field


def test_a_preview_for_nobody_and_of_nonsense_says_so(cast, sender):
    words = sender.post("/messages/preview", {"subject": "x", "reader": "who@x"}).content.decode()
    assert "There is no contact “who@x”." in words
    words = sender.post("/messages/preview", {"params": "[" * 100_000}).content.decode()
    assert "not JSON" in words


def test_a_language_is_added_changed_and_taken_away(cast, sender):
    write(sender)
    message = Message.objects.get()
    page = sender.post(f"/messages/{message.pk}/languages", {"language": "UK"}, follow=True)
    assert page.redirect_chain[-1][0] == f"/messages/{message.pk}/languages/uk"
    sender.post(f"/messages/{message.pk}/languages/uk", {"subject": "Вітаємо", "html": "х"})
    assert message.translations.get().subject == "Вітаємо"
    sender.post(f"/messages/{message.pk}/languages/uk/delete")
    assert message.translations.count() == 0


def test_a_message_is_copied_and_deleted(cast, sender):
    write(sender)
    message = Message.objects.get()
    sender.post(f"/messages/{message.pk}/copy")
    assert sorted(Message.objects.values_list("name", flat=True)) == ["News", "News (copy)"]
    sender.post(f"/messages/{message.pk}/delete")
    assert Message.objects.get().name == "News (copy)"


def test_what_is_too_long_is_said_at_its_field(cast, sender):
    page = write(sender, name="").content.decode()
    assert "This field is required" in page
    assert Message.objects.count() == 0


TEST = {
    "subject": "For $!firstName",
    "html": "<p>Dear $!firstName</p>",
    "reader": "kozak@example.com",
    "sender_email": "news@sandpiper.example",
}


def test_a_test_mail_is_what_the_form_holds_for_the_chosen_contact(cast, sender):
    assert Captured.objects.count() == 0
    to = "me@sandpiper.example, you@sandpiper.example"
    page = sender.post("/messages/test", {**TEST, "to": to}, headers={"HX-Request": "true"})
    assert "the mail was captured and lies in the inbox" in page.content.decode()
    mails = {one.recipient: one for one in Captured.objects.all()}
    assert set(mails) == {"me@sandpiper.example", "you@sandpiper.example"}
    mail = email.message_from_bytes(bytes(mails["me@sandpiper.example"].raw))
    assert (mail["Subject"], mail["From"]) == ("For Dina", "news@sandpiper.example")
    assert b"Dear Dina" in bytes(mails["me@sandpiper.example"].raw)
    assert Delivery.objects.count() == 0  # a test is counted nowhere
    [entry] = AuditEntry.objects.filter(verb="message.test")
    assert entry.details == {"to": to}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"to": ""}, "Give an address for the test."),
        ({"to": "nobody"}, "“nobody” is not an e-mail address."),
        ({"to": ",".join(f"p{n}@x.example" for n in range(6))}, "five addresses at most"),
        ({"html": "#if($a", "to": "me@x.example"}, "is missing after the condition"),
        ({"html": "", "to": "me@x.example"}, "The message is empty."),
        ({"sender_email": "x@", "to": "me@x.example"}, "sender"),
    ],
)
def test_a_test_mail_that_cannot_leave_says_why(cast, sender, change, told):
    page = sender.post("/messages/test", TEST | change, headers={"HX-Request": "true"})
    words = page.content.decode()
    assert 'role="alert"' in words
    assert told in words
    assert Captured.objects.count() == 0


def test_without_script_the_verdict_comes_into_the_frame(cast, sender):
    page = sender.post("/messages/test", {**TEST, "to": "me@sandpiper.example"})
    assert page["Content-Type"] == "text/plain; charset=utf-8"
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert "lies in the inbox" in page.content.decode()


def test_who_may_not_send_may_send_no_test(cast):
    organising.add_user(cast.organisation, email="viewer@sandpiper.example", role="VIEWER")
    viewer = Client()
    viewer.force_login(User.objects.get(email="viewer@sandpiper.example"))
    answer = viewer.post("/messages/test", {**TEST, "to": "me@sandpiper.example"})
    assert answer.status_code == 403
    assert Captured.objects.count() == 0
