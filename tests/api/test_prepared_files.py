"""Prepared files on the wire: fetched by a worker, judged, read in messages, forgotten in time."""

import datetime as dt
import email
import email.policy
import json
import uuid

import pytest
from django.utils import timezone

from sanderling.accounts.models import AuditEntry
from sanderling.messages.models import Message
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Batch, Captured, Delivery
from sanderling.sources import loading
from sanderling.sources.fetching import rows_for
from sanderling.sources.models import Copied, PreparedFile
from sanderling.worker import loops

UPLOAD = "/v1/preprocessor/file/upload"
OFFERS = {
    "Kozak@Example.com": [{"name": "Cup", "price": 5}, {"name": "Pot", "price": 7.5}],
    "new@example.com": [],
}
ITEMS = {"recommendations": [{"name": f"item-{number}-"} for number in range(50)]}


def uploaded(api, file_server, name, content, kind, **more):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    body = {"link": file_server.link(name, raw), "preprocessorType": kind} | more
    answer = api.post(UPLOAD, body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def status_of(api, answer):
    return api.get(f"/v1/preprocessor/file/{answer['fileId']}/status").json()


def test_a_file_is_fetched_by_a_worker_and_kept_for_its_hours(api, file_server):
    answer = uploaded(api, file_server, "offers.json", OFFERS, "Key", ttlHours=5)
    assert set(answer) == {"message", "importId", "fileId", "valid"}
    before = status_of(api, answer)
    assert (before["status"], before["valid"], before["rows"]) == ("STARTED", False, 0)
    file = PreparedFile.objects.get()
    assert b"offers.json" not in bytes(file.link)
    assert loading.run_due() == 1
    assert loading.run_due() == 0
    after = status_of(api, answer)
    assert (after["status"], after["valid"], after["rows"]) == ("FINISHED", True, 2)
    assert (after["name"], after["asyncSessionId"]) == ("offers", answer["importId"])
    file.refresh_from_db()
    assert file.expires_at - file.loaded_at == dt.timedelta(hours=5)
    assert file.link is None
    assert AuditEntry.objects.filter(verb="file.create").count() == 1


def test_a_month_is_the_usual_time(api, file_server):
    uploaded(api, file_server, "offers.json", OFFERS, "Key")
    loading.run_due()
    file = PreparedFile.objects.get()
    assert file.expires_at - file.loaded_at == dt.timedelta(days=30)


def test_a_message_shows_the_rows_of_its_contact_and_items_drawn_for_it(api, cast, file_server):
    offers = uploaded(api, file_server, "offers.json", OFFERS, "Key")
    drawn = uploaded(api, file_server, "items.json", ITEMS, "random")
    while loading.run_due():
        pass
    api.put(f"/v3/files/{drawn['fileId']}", {"rowsPerContact": 3})
    message = Message.objects.create(
        organisation=cast.organisation, name="Offers", subject="Offers",
        html=(
            "<p>#foreach($row in $data.get('offers'))[$row.name $row.price]#end</p>"
            f"<p>$!data.get('{offers['fileId']}').get(0).get('name')</p>"
            "<p>#foreach($row in $data.get('items'))($row.name)#end</p>"
        ),
        sender_name="Shop", sender_email="news@shop.example",
    )  # fmt: skip
    recipients = [{"locator": "kozak@example.com"}, {"locator": "ivan@приклад.укр"}]
    api.post(f"/v1/message/{message.pk}/smartsend", {"recipients": recipients, "email": True})
    while dispatch_once():
        pass
    pages = {one.recipient: page_of(one) for one in Captured.objects.all()}
    assert "[Cup 5][Pot 7.5]" in pages["kozak@example.com"]
    assert "<p>Cup</p>" in pages["kozak@example.com"]
    assert "<p></p>" in pages["ivan@приклад.укр"]
    shown = [items_in(page) for page in pages.values()]
    assert [len(set(items)) for items in shown] == [3, 3]
    assert shown[0] != shown[1]


def page_of(mail):
    parsed = email.message_from_bytes(bytes(mail.raw), policy=email.policy.default)
    return parsed.get_body(("html",)).get_content()


def items_in(page):
    return [part.split(")")[0] for part in page.split("(")[1:]]


def test_a_second_try_of_a_delivery_draws_the_same_items(api, cast, file_server):
    uploaded(api, file_server, "items.json", ITEMS, "Random")
    loading.run_due()
    file, dina = PreparedFile.objects.get(), cast.dina.pk

    def draw(delivery):
        return rows_for([file], [dina], draws={dina: delivery})[file.pk][dina]

    assert len(draw(7)) == 10
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        ("Key", b"{", "The file is not JSON"),
        ("Key", b"\xff{}", "The file is not in UTF-8."),
        ("Key", b"[]", "The file must hold one JSON object."),
        ("Key", b"{}", "The file has no rows."),
        ("Key", b'{"nobody": []}', "“nobody” is not an e-mail address."),
        ("Key", b'{"a@b.example": {}}', "Under “a@b.example” there must be an array of rows."),
        ("Key", b'{"a@b.example": [1]}', "Every row under “a@b.example” must be an object."),
        ("Random", b'{"items": []}', "A Random file must hold an array under “recommendations”."),
        ("Random", b'{"recommendations": []}', "The file has no rows."),
        ("Random", b'{"recommendations": [{"a": "\\u0000"}]}', "The file holds a NUL character"),
        ("Random", b'{"recommendations": [{"a": "\\ud800"}]}', "The file holds half a character"),
        ("Random", b'{"recommendations": [{"a": 1e999}]}', "The file holds a number that is too"),
        ("Random", b'{"recommendations": [{"a": NaN}]}', "The file holds NaN, which is not JSON."),
        ("Random", b'{"a":' * 100_000, "The file is nested too deeply."),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(api, file_server, kind, content, reason):
    answer = uploaded(api, file_server, "x.json", content, kind)
    assert loading.run_due() == 1
    assert loading.run_due() == 0
    status = status_of(api, answer)
    assert (status["status"], status["valid"], status["rows"]) == ("ERROR", False, 0)
    assert status["message"].startswith(reason)
    assert Copied.objects.count() == 0


def test_text_about_a_nul_is_no_nul(api, file_server):
    content = b'{"recommendations": [{"a": "\\\\u0000"}]}'
    answer = uploaded(api, file_server, "x.json", content, "Random")
    loading.run_due()
    assert status_of(api, answer)["status"] == "FINISHED"


def test_a_link_that_leads_nowhere_or_inside_is_refused(api, file_server, settings):
    for link in ("ftp://example.com/x", "nonsense", "http://[::", ""):
        assert api.post(UPLOAD, {"link": link, "preprocessorType": "Key"}).status_code == 400, link
    assert PreparedFile.objects.count() == 0
    gone = {"link": f"{file_server.url}/none.json", "preprocessorType": "Key"}
    answer = api.post(UPLOAD, gone).json()
    loading.run_due()
    assert status_of(api, answer)["message"] == "The server of the link answered 404."
    settings.ALLOWED_PRIVATE_HOSTS = ()
    inside = uploaded(api, file_server, "offers.json", OFFERS, "Key")
    loading.run_due()
    assert status_of(api, inside)["status"] == "ERROR"
    assert Copied.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"link": "https://example.com/x"},
        {"link": "https://example.com/x", "preprocessorType": "Both"},
        {"link": "https://example.com/x", "preprocessorType": "Key", "ttlHours": 0},
        {"link": "https://example.com/x", "preprocessorType": "Key", "ttlHours": 99_999},
    ],
)
def test_an_upload_that_is_unclear_is_a_400(api, body):
    assert api.post(UPLOAD, body).status_code == 400
    assert PreparedFile.objects.count() == 0


def test_a_new_file_replaces_the_old_one_only_when_it_is_right(api, file_server):
    answer = uploaded(api, file_server, "offers.json", OFFERS, "Key")
    loading.run_due()
    path = f"/v1/preprocessor/file/{answer['fileId']}"
    wrong = api.post(path, {"link": file_server.link("wrong.json", b"{")}).json()
    assert set(wrong) == {"message", "asyncSessionId", "valid"}
    loading.run_due()
    status = status_of(api, answer)
    assert (status["status"], status["valid"], status["rows"]) == ("ERROR", True, 2)
    right = file_server.link("right.json", b'{"kozak@example.com": [{"name": "Jug"}]}')
    api.post(path, {"link": right, "ttlHours": 1})
    loading.run_due()
    assert status_of(api, answer)["rows"] == 1
    assert [one.cells for one in Copied.objects.all()] == [{"name": "Jug"}]


def test_a_worker_that_was_only_slow_writes_nothing(api, file_server):
    answer = uploaded(api, file_server, "offers.json", OFFERS, "Key")
    lease = uuid.uuid4()
    assert loading.STATEMENTS.rows("lease_wanted_file", {"lease": lease})
    assert status_of(api, answer)["status"] == "IMPORTING"
    assert loading.run_due() == 0
    file = PreparedFile.objects.get()
    newer = file_server.link("newer.json", b'{"kozak@example.com": [{"name": "Jug"}]}')
    api.post(f"/v1/preprocessor/file/{answer['fileId']}", {"link": newer})
    loading.load(file, lease)
    assert Copied.objects.count() == 0
    assert loading.run_due() == 1
    assert [one.cells for one in Copied.objects.all()] == [{"name": "Jug"}]


def test_an_expired_file_is_forgotten_and_holds_what_reads_it(api, cast, file_server):
    uploaded(api, file_server, "items.json", ITEMS, "Random")
    loading.run_due()
    assert loading.forget_expired() == 0
    PreparedFile.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    message = Message.objects.create(
        organisation=cast.organisation, name="Items", subject="Items",
        html="<p>$!data.get('items').get(0).get('name')</p>",
        sender_name="Shop", sender_email="news@shop.example",
    )  # fmt: skip
    recipients = [{"locator": "kozak@example.com"}]
    api.post(f"/v1/message/{message.pk}/smartsend", {"recipients": recipients, "email": True})
    dispatch_once()
    assert Captured.objects.count() == 0
    assert Batch.objects.get().note == "Data source “items”: its file has expired; upload it anew."
    [expiring] = [one for one in loops.LOOPS if one.name == "expiring"]
    assert expiring.turn() == 1
    assert expiring.turn() == 0
    assert Copied.objects.count() == 0
    [file] = api.get("/v3/files").json()
    assert (file["status"], file["rows"]) == ("EXPIRED", 0)
    assert Delivery.objects.get().status == "WAITING"


def test_names_are_shared_with_tables_and_never_given_twice(api, file_server):
    first = uploaded(api, file_server, "offers.json", OFFERS, "Key")
    second = uploaded(api, file_server, "offers.json", OFFERS, "Key")
    assert status_of(api, second)["name"] == "offers 2"
    taken = api.put(f"/v3/files/{second['fileId']}", {"name": "offers"})
    assert taken.status_code == 400
    renamed = api.put(f"/v3/files/{first['fileId']}", {"name": "spring"}).json()
    assert renamed["name"] == "spring"
    assert api.put(f"/v3/files/{second['fileId']}", {"name": "offers"}).status_code == 200


def test_a_file_that_a_message_reads_is_not_deleted(api, cast, file_server):
    answer = uploaded(api, file_server, "offers.json", OFFERS, "Key")
    loading.run_due()
    message = Message.objects.create(
        organisation=cast.organisation, name="Offers", html="$!data.get('offers')"
    )
    path = f"/v3/files/{answer['fileId']}"
    assert api.delete(path).status_code == 409
    assert Copied.objects.count() == 2
    message.delete()
    assert api.delete(path).status_code == 200
    assert (PreparedFile.objects.count(), Copied.objects.count()) == (0, 0)


def test_a_stranger_neither_sees_nor_replaces_our_file(api, strange_api, file_server):
    answer = uploaded(api, file_server, "offers.json", OFFERS, "Key")
    loading.run_due()
    path = f"/v1/preprocessor/file/{answer['fileId']}"
    assert strange_api.get(f"{path}/status").status_code == 404
    anew = {"link": file_server.link("x.json", b"{}")}
    assert strange_api.post(path, anew).status_code == 404
    assert loading.run_due() == 0
    assert status_of(api, answer)["rows"] == 2
