"""What arrives at the socket: whatever is sent, a clear 4xx and never a partial write."""

import contextlib
import gzip
import json
import socket

import pytest
from cast import assemble
from served import hear, request, secret_of, serving
from test_door import HOSTILE

from sanderling.events.models import Event, EventType

EVENT = {"eventTypeKey": "Cart", "params": {"externalCustomerId": "C-1"}}
RAW = json.dumps(EVENT).encode()
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def served(django_db_setup):
    with serving() as running:
        yield running


@pytest.fixture
def secret(transactional_db):
    people = assemble()
    EventType.objects.create(organisation=people.organisation, key="Cart")
    return secret_of(people.owner)


def is_well(served, secret):
    """Say whether an ordinary call and an event are answered, and the event is stored."""
    before = Event.objects.count()
    called = served.say(request(secret, method="GET", path="/api/v1/version"))
    told = served.say(request(secret, EVENT))
    return (called.status, told.status, Event.objects.count() - before) == (200, 200, 1)


# Heads and framings that are no request: the status that the server itself answers.
BROKEN = {
    "a length of letters": ({"Content_Length": "abc"}, 400),
    "a negative length": ({"Content_Length": "-1"}, 400),
    "a signed length": ({"Content_Length": "+5"}, 400),
    "a length with an exponent": ({"Content_Length": "1e3"}, 400),
    "two lengths in one": ({"Content_Length": "5, 5"}, 400),
    "an unknown coding": ({"Transfer_Encoding": "klingon"}, 400),
    "length and chunks": ({"Transfer_Encoding": "chunked"}, 400),
    "chunked twice": ({"Content_Length": "", "Transfer_Encoding": "chunked, chunked"}, 400),
    "an unknown expectation": ({"Expect": "wonders"}, 417),
    "a folded header": ({"Cookie": "a=1\r\n b=2"}, 400),
    "NUL in a header": ({"Cookie": "a\x00b"}, 400),
    "a header with a space in its name": ({"X y": "z"}, 400),
    "a large header": ({"Cookie": "x" * 9_000}, 431),
    "a huge header": ({"Cookie": "x" * 100_000}, 431),
    "a flood of headers": ({f"X-{n}": "1" for n in range(200)}, 431),
}


def test_a_broken_head_is_refused_as_json_and_the_connection_closed(served, secret):
    heard = {}
    for name, (headers, _) in BROKEN.items():
        with served.connect() as line:
            with contextlib.suppress(OSError):  # it may refuse before it has read all
                line.sendall(request(secret, EVENT, **headers))
            answer = hear(line)
            assert line.recv(1) == b"", name
        heard[name] = answer.status
        assert answer.json()["status"] == answer.status
        assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert heard == {name: status for name, (_, status) in BROKEN.items()}
    assert Event.objects.count() == 0
    assert is_well(served, secret)


LINES = {
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "binary": (bytes(range(128, 256)) * 8, 400),
    "no version": (b"GET /api/v1/version\r\n\r\n", 400),
    "a version that is not": (b"GET /api/v1/version HTTP/9.9\r\nHost: a\r\n\r\n", 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "a verb of small letters": (b"p\xc3\xb6st / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a long address": (b"GET /api/v1/" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "ten thousand parameters": (
        b"GET /api/v1/contacts?" + b"a=1&" * 10_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414,
    ),
}  # fmt: skip


def test_what_is_no_request_is_refused_as_json(served, secret):
    answers = {name: served.say(raw) for name, (raw, _) in LINES.items()}
    assert {name: one.status for name, one in answers.items()} == {
        name: status for name, (_, status) in LINES.items()
    }
    assert all(one.json()["status"] == one.status for one in answers.values())
    assert is_well(served, secret)


def test_two_thousand_short_parameters_are_refused_by_the_method(served, secret):
    path = "/api/v1/contacts?" + "&".join(["a=1"] * 2_000)
    answer = served.say(request(secret, method="GET", path=path))
    assert answer.status == 400


def test_other_forms_of_an_address_are_read_too(served, secret):
    for form in ("http://localhost%s", "http://localhost:80/%s/", "%s?a=%%00", "//api//v3//event/"):
        path = form % "/api/v3/event" if "%s" in form else form
        assert served.say(request(secret, EVENT, path=path)).status == 200
    assert Event.objects.count() == 4


def test_a_hostile_event_is_answered_alike_on_both_roads(served, secret):
    other = {"Content_Type": "application/json; charset=UTF8"}
    for name, body in HOSTILE.items():
        quick, slow = served.say(request(secret, body)), served.say(request(secret, body, **other))
        assert (quick.status, quick.body) == (slow.status, slow.body), name
        assert 400 <= quick.status < 500, name
    assert Event.objects.count() == 0


ODD_EVENTS = {
    "pairs": {"params": [{"name": "externalCustomerId", "value": "C-1"}]},
    "one pair": {"params": {"name": "a", "value": 1}, "keyValue": "k"},
    "a number as the key": {"keyValue": 7, "params": {}},
    "the same name twice": {"params": [{"name": "a"}, {"name": "a"}], "keyValue": "k"},
    "no names": {"params": {"": 1}, "keyValue": "k"},
    "nothing": {"params": None, "keyValue": None},
    "a long key": {"keyValue": "k" * 301},
    "nested": {"params": {"a": {"b": [1, 2.5, None, True, "я"]}}, "keyValue": "k"},
    "large numbers": {"params": {"a": 2**63, "b": 2**64, "c": -(2**63)}, "keyValue": "k"},
    "very large numbers": {"params": {"a": 10**40}, "keyValue": "k"},
    "an id that is none": {"params": {"contactId": "99999999999999999999"}, "keyValue": "k"},
    "an external id of NUL": {"params": {"externalCustomerId": "a\x00"}, "keyValue": "k"},
    "half a pair": {"params": {"externalCustomerId": "\ud800"}, "keyValue": "k"},
    "signs": {"params": {"email": "'; DROP TABLE x; --", "n": '"\\\u2028'}, "keyValue": "'\"\\"},
}  # fmt: skip


def test_an_odd_event_is_stored_or_refused_alike_on_both_roads(served, secret):
    for name, members in ODD_EVENTS.items():
        answers, stored = [], []
        for kind in ("application/json", "application/json; charset=UTF8"):
            raw = request(secret, {"eventTypeKey": "Cart", **members}, Content_Type=kind)
            answers.append(served.say(raw))
            stored.append(list(Event.objects.values_list("contact_id", "key_value", "params")))
            Event.objects.all().delete()
        assert answers[0].status in (200, 400), name
        assert (answers[0].status, answers[0].body) == (answers[1].status, answers[1].body), name
        assert stored[0] == stored[1], name
        assert len(stored[0]) == (answers[0].status == 200), name


def test_another_charset_is_read_on_the_wire(served, secret):
    for charset in ("utf-16", "utf-16-le", "latin1", "windows-1251", "utf-7"):
        body = json.dumps(EVENT | {"keyValue": charset}).encode(charset)
        kind = f"application/json; charset={charset}"
        assert served.say(request(secret, body, Content_Type=kind)).status == 200
        assert Event.objects.latest("id").key_value == charset
    for charset in ("klingon", "zip", "utf-8\x7f", "x" * 300, "undefined"):
        kind = f"application/json; charset={charset}"
        assert served.say(request(secret, EVENT, Content_Type=kind)).status == 400
    assert Event.objects.count() == 5


def test_a_packed_body_is_refused(served, secret):
    raw = request(secret, gzip.compress(RAW), Content_Encoding="gzip")
    assert served.say(raw).status in (400, 415)
    assert Event.objects.count() == 0


def chunked(secret, chunks):
    return request(secret, Content_Length="", Transfer_Encoding="chunked") + chunks


def test_a_body_in_chunks_is_read(served, secret):
    chunks = b"5\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (RAW[:5], len(RAW) - 5, RAW[5:])
    assert served.say(chunked(secret, chunks)).status == 200
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    "chunks", [b"zz\r\n", b"5\r\nabcdefghij", b"-5\r\nabcde\r\n0\r\n\r\n", b"5\r\n{"]
)
def test_broken_chunks_are_refused(served, secret, chunks):
    with served.connect() as line:
        line.sendall(chunked(secret, chunks))
        line.shutdown(socket.SHUT_WR)
        assert hear(line).status == 400
    assert Event.objects.count() == 0
    assert is_well(served, secret)


def test_a_client_that_says_goodbye_with_its_request_is_answered(served, secret):
    for raw in (request(secret, EVENT), request(secret, method="GET", path="/api/v1/version")):
        with served.connect() as line:
            line.sendall(raw)
            line.shutdown(socket.SHUT_WR)
            assert hear(line).status == 200
            assert line.recv(1) == b""
    assert Event.objects.count() == 1


@pytest.mark.parametrize("kept", [5, 60, -1])
def test_half_a_request_is_refused(served, secret, kept):
    raw = request(secret, EVENT)[:kept]
    with served.connect() as line:
        line.sendall(raw)
        line.shutdown(socket.SHUT_WR)
        answer = hear(line)
        assert (answer.status, answer.json()["message"]) == (
            400,
            "The request ended before its end.",
        )
    assert Event.objects.count() == 0


def test_a_body_that_is_too_large_is_refused(served, secret):
    large = EVENT | {"params": {"externalCustomerId": "C-1", "a": "x" * 21 * 1024}}
    assert served.say(request(secret, large)).status == 413
    assert served.say(request(secret, b" " * 33 * MEGABYTE, path="/api/v1/contacts")).status == 413
    promised = served.say(request(secret, Content_Length=str(10**12)))
    assert promised.status == 413
    assert Event.objects.count() == 0


def test_clients_that_wait_to_be_asked_are_asked(served, secret):
    raw = request(secret, EVENT, Expect="100-continue")
    head, body = raw[: raw.index(b"{")], raw[raw.index(b"{") :]
    with served.connect() as line:
        line.sendall(head)
        assert hear(line).status == 100
        line.sendall(body)
        assert hear(line).status == 200
    assert Event.objects.count() == 1


def slowly(secret):
    """Return the beginnings of requests whose clients send no more."""
    return {
        "head": request(secret, EVENT)[:40],
        "body": request(secret, EVENT)[:-1],
        "large body": request(secret, b" " * 2 * MEGABYTE)[:-MEGABYTE],
        "chunks": chunked(secret, b"5\r\n{"),
        "expecting": request(secret, Content_Length="9", Expect="100-continue"),
    }


@pytest.mark.parametrize("kind", ["head", "body", "large body", "chunks", "expecting"])
def test_sixty_four_slow_clients_do_not_stop_the_api(served, secret, kind):
    with contextlib.ExitStack() as opened:
        lines = [opened.enter_context(served.connect()) for _ in range(64)]
        for line in lines:
            line.settimeout(0.05)
            with contextlib.suppress(TimeoutError):  # a large one fills the socket and is stuck
                line.sendall(slowly(secret)[kind])
        assert is_well(served, secret)
    assert is_well(served, secret)


def test_more_silent_clients_than_there_is_room_for_keep_nobody_out(secret):
    with serving(files=260) as served, contextlib.ExitStack() as opened:  # room for sixty
        for number in range(100):
            line = opened.enter_context(served.connect())
            line.sendall(request(secret, EVENT)[: number % 40])
        assert is_well(served, secret)


@pytest.mark.slow
def test_a_slow_client_is_told_so_and_let_go(served, secret):
    with contextlib.ExitStack() as opened:
        lines = {}
        for kind, raw in slowly(secret).items():
            lines[kind] = opened.enter_context(served.connect())
            lines[kind].sendall(raw)
        assert hear(lines["expecting"]).status == 100
        heard = {kind: hear(line).status for kind, line in lines.items()}
        assert {line.recv(1) for line in lines.values()} == {b""}
    assert heard == {"head": 408, "body": 408, "large body": 408, "chunks": 408, "expecting": 408}
    assert Event.objects.count() == 0
