"""The pages of messages."""

import html
import json

from sanderling.messages.models import Message


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
