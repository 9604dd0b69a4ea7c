"""Handing messages to a provider over HTTP, against one on the loopback."""

import base64

import pytest
from provider import HANG_UP, Provider

from sanderling.channels.http import BadDescription, Description, Outgoing, Pool, outcome_of
from sanderling.channels.http.describing import MESSAGE_VALUES
from sanderling.channels.outcomes import Kind
from sanderling.channels.receipts import Status
from sanderling.channels.sms import PRESETS, VALUES
from sanderling.lib.hosts import HostRefused, checked_address


def loopback(host, port):
    return "127.0.0.1"


def described(provider, preset="HTTP", **more):
    given = PRESETS[preset]
    url = given["url"].replace("https://", provider.url + "/").replace(".com/", ".com/")
    return Description.read({**given, "url": url, **more}, values=VALUES)


def values(**more):
    return {"to": "380670000001", "from": "SHOP", "text": "Hi", "key": "k-1", **more}


def sent(provider, *messages, resolve=loopback, **more):
    pool = Pool(described(provider, **more), resolve=resolve)
    try:
        found = {m.key: r for m, r in pool.send_many(messages or [Outgoing(values(), "k-1")])}
    finally:
        pool.close()
    return found


def test_a_message_is_filled_into_the_body_and_its_id_comes_back():
    with Provider() as provider:
        receipts = sent(provider, Outgoing(values(token="s3cret", callback="https://x/r"), 1))
    [asked] = provider.asked
    assert asked.json == {
        "to": "380670000001", "from": "SHOP", "text": "Hi", "reference": "k-1",
        "callback": "https://x/r",
    }  # fmt: skip
    assert asked.headers["Authorization"] == "Bearer s3cret"
    assert asked.headers["Idempotency-Key"] == "k-1"
    assert receipts[1] == (Status.ACCEPTED, 200, "", "m-1", "")


def test_twilios_form_is_spoken():
    with Provider() as provider:
        receipts = sent(provider, Outgoing(values(account="AC1", token="t"), 1), preset="TWILIO")
    [asked] = provider.asked
    assert asked.path.endswith("/2010-04-01/Accounts/AC1/Messages.json")
    assert asked.form == {"To": "+380670000001", "From": "SHOP", "Body": "Hi"}
    assert base64.b64decode(asked.headers["Authorization"][6:]) == b"AC1:t"
    assert receipts[1].reference == "SM1"


def test_a_value_cannot_break_out_of_its_place():
    with Provider() as provider:
        sent(provider, Outgoing(values(text='", "to": "1', account="../../evil?x="), 1))
        sent(provider, Outgoing(values(account="../evil?x=1#"), 1), preset="TWILIO")
    assert provider.asked[0].json["text"] == '", "to": "1'
    assert "/Accounts/..%2Fevil%3Fx%3D1%23/Messages.json" in provider.asked[1].path


def test_many_messages_share_few_connections_and_each_has_one_answer():
    with Provider() as provider:
        receipts = sent(provider, *(Outgoing(values(key=str(n)), n) for n in range(100)))
    assert set(receipts) == set(range(100))
    assert {receipt.status for receipt in receipts.values()} == {Status.ACCEPTED}
    assert sorted(one.json["reference"] for one in provider.asked) == sorted(map(str, range(100)))


@pytest.mark.parametrize(
    ("answer", "idempotent", "status", "code", "kind"),
    [
        ((400, {"error": "invalid_number"}), True, Status.REFUSED, 400, Kind.HARD_BOUNCE),
        ((422, {"error": "text is forbidden"}), True, Status.REFUSED, 422, Kind.POLICY),
        ((200, {"error": "rejected"}), True, Status.REFUSED, 200, Kind.POLICY),
        ((429, {"error": "slow down"}), True, Status.DEFERRED, 429, Kind.SOFT_BOUNCE),
        ((503, {}), False, Status.DEFERRED, 503, Kind.SOFT_BOUNCE),
        ((401, {"error": "who?"}), True, Status.DEFERRED, 0, Kind.SOFT_BOUNCE),
        ((402, {}), True, Status.DEFERRED, 0, Kind.SOFT_BOUNCE),
        ((500, {}), True, Status.DEFERRED, 500, Kind.SOFT_BOUNCE),
        ((500, {}), False, Status.UNKNOWN, 500, Kind.UNKNOWN),
        (HANG_UP, True, Status.DEFERRED, 0, Kind.SOFT_BOUNCE),
        (HANG_UP, False, Status.UNKNOWN, 0, Kind.UNKNOWN),
        ((200, b"not json"), True, Status.ACCEPTED, 200, Kind.DELIVERED),
        ((200, {}), True, Status.ACCEPTED, 200, Kind.DELIVERED),
    ],
)
def test_answers_are_told_apart(answer, idempotent, status, code, kind):
    with Provider(lambda *_: answer) as provider:
        receipt = sent(provider, is_idempotent=idempotent)["k-1"]
    assert (receipt.status, receipt.code) == (status, code)
    assert outcome_of(receipt).kind == kind


def test_when_our_credentials_are_wrong_the_rest_is_not_tried():
    with Provider(lambda *_: (401, {"error": "no"})) as provider:
        receipts = sent(provider, *(Outgoing(values(), n) for n in range(200)))
    assert {(one.status, one.code) for one in receipts.values()} == {(Status.DEFERRED, 0)}
    assert len(provider.asked) < 20


def test_when_nobody_listens_nothing_was_handed_over():
    with Provider() as provider:
        pass
    receipt = sent(provider, is_idempotent=False)["k-1"]
    assert (receipt.status, receipt.code) == (Status.DEFERRED, 0)


def test_a_private_address_is_refused_before_a_connection_opens():
    def guarded(host, port):
        return checked_address(host, port)

    with Provider() as provider:
        receipt = sent(provider, resolve=guarded)["k-1"]
        with pytest.raises(HostRefused):
            guarded("127.0.0.1", provider.port)
    assert receipt.status is Status.DEFERRED
    assert "private or reserved network" in receipt.text
    assert provider.asked == []


def test_nothing_crosses_the_internet_in_the_clear():
    with Provider() as provider:
        receipt = sent(provider, resolve=lambda *_: "93.184.215.14")["k-1"]
    assert "use https" in receipt.text
    assert provider.asked == []


def test_a_connection_that_the_provider_closed_is_opened_anew_and_nothing_is_in_doubt():
    with Provider() as provider:
        pool = Pool(described(provider, is_idempotent=False), resolve=loopback, connections=1)
        first = next(iter(pool.send_many([Outgoing(values(), 1)])))[1]
        pool._connections[0]._open.sock.shutdown(0)  # as a server's FIN is seen
        second = next(iter(pool.send_many([Outgoing(values(), 2)])))[1]
        pool.close()
    assert [first.status, second.status] == [Status.ACCEPTED] * 2
    assert len(provider.asked) == 2


@pytest.mark.parametrize(
    ("more", "member"),
    [
        ({"url": "ftp://x"}, "url"),
        ({"url": "https://u:p@x/"}, "url"),
        ({"url": "https://{{to}}/"}, "url"),
        ({"url": "https://x:99999999/"}, "url"),
        ({"method": "DELETE"}, "method"),
        ({"form": "xml"}, "form"),
        ({"headers": {"X": 1}}, "headers"),
        ({"body": {"t": "{{secret}}"}}, "body"),
        ({"body": {"t": "x"}}, "body"),
        ({"body": []}, "body"),
        ({"words": {"GONE": ["x"]}}, "words"),
        ({"id_at": 5}, "id_at"),
    ],
)
def test_what_is_wrong_with_a_description_is_said_by_member(more, member):
    with pytest.raises(BadDescription) as refusal:
        Description.read({**PRESETS["HTTP"], "headers": {}, **more}, values=MESSAGE_VALUES)
    assert set(refusal.value.problems) == {member}


@pytest.mark.parametrize("preset", PRESETS)
def test_the_presets_are_complete(preset):
    assert Description.read(PRESETS[preset], values=VALUES).reports
