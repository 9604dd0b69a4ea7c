"""The SMTP side against a real server on loopback whose answers each test chooses."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from smtp_server import ACCEPT_IN_BODY, DROP, DROP_IN_BODY, REFUSE_IN_BODY, SILENCE, SmtpServer

from sanderling.channels.email import Envelope, Outgoing, Pool, Security, Server, Session
from sanderling.channels.receipts import Receipt, Status

BODY = b"Subject: Hi\r\n\r\nHello\r\n"


def at(server: SmtpServer, **settings: Any) -> Server:
    usual: dict[str, Any] = {"security": Security.NONE, "reply_timeout": 10.0}
    return Server(host="127.0.0.1", port=server.port, **(usual | settings))


def letter(number: int, content: bytes = BODY) -> Outgoing:
    envelope = Envelope("shop@sandpiper.example", f"p{number}@example.com")
    return Outgoing(envelope, content, number)


def letters(count: int) -> list[Outgoing]:
    return [letter(number) for number in range(count)]


def sent(session: Pool, messages: list[Outgoing]) -> dict[Any, Receipt]:
    """The receipts by key; each message has exactly one."""
    pairs = list(session.send_many(messages))
    receipts = {message.key: receipt for message, receipt in pairs}
    assert len(pairs) == len(receipts) == len(messages)
    return receipts


def statuses(receipts: dict[Any, Receipt]) -> dict[Any, Status]:
    return {key: receipt.status for key, receipt in receipts.items()}


def people_of(server: SmtpServer) -> list[str]:
    return [received.recipient for received in server.received]


@pytest.fixture(params=["pipelining", "plain", "pipelining byte by byte"])
def ways(request: pytest.FixtureRequest) -> dict[str, bool]:
    return {
        "pipelining": request.param != "plain",
        "byte_by_byte": request.param.endswith("byte by byte"),
    }


def test_every_message_arrives_as_it_is(ways: dict[str, bool]) -> None:
    contents = [
        BODY,
        b"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\nlast",
        b".starts with a dot\r\n\r\n.\r\n",
        b"",
        b"Subject: long\r\n\r\n" + b"x" * 76_000 + b"\r\n",
    ]
    with SmtpServer(**ways) as server, Session(at(server)) as session:
        receipts = sent(session, [letter(n, content) for n, content in enumerate(contents)])
    assert receipts == dict.fromkeys(range(5), Receipt(Status.ACCEPTED, 250, "2.0.0 taken"))
    whole = [c if c.endswith(b"\r\n") else c + b"\r\n" for c in contents]
    assert [received.content for received in server.received] == whole
    assert people_of(server) == [f"p{n}@example.com" for n in range(5)]
    assert server.connections == 1


def test_a_message_costs_one_write_where_the_server_pipelines() -> None:
    with SmtpServer() as server, Session(at(server)) as session:
        sent(session, letters(3))
    size = f"SIZE={len(BODY)}"
    envelope = [f"MAIL FROM:<shop@sandpiper.example> {size}", "RCPT TO:<p{}@example.com>", "DATA"]
    assert server.commands[1:-1] == [line.format(n) for n in range(3) for line in envelope]


def test_a_refused_recipient_concerns_that_message_only(ways: dict[str, bool]) -> None:
    def answer(stage: str, count: int, argument: str) -> str | None:
        refused = stage == "RCPT" and argument == "p1@example.com"
        return "550 5.1.1 no such mailbox" if refused else None

    with SmtpServer(answer=answer, **ways) as server, Session(at(server)) as session:
        receipts = sent(session, letters(4))
    assert receipts[1] == Receipt(Status.REFUSED, 550, "5.1.1 no such mailbox")
    assert Counter(statuses(receipts).values()) == {Status.ACCEPTED: 3, Status.REFUSED: 1}
    assert people_of(server) == ["p0@example.com", "p2@example.com", "p3@example.com"]
    assert server.connections == 1


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize(
    ("reply", "status"),
    [("451 4.7.1 greylisted", Status.DEFERRED), ("554 5.7.1 no", Status.REFUSED)],
)
def test_a_no_at_any_stage_is_that_messages_receipt(
    ways: dict[str, bool], stage: str, reply: str, status: Status
) -> None:
    def answer(at_stage: str, count: int, _: str) -> str | None:
        return reply if (at_stage, count) == (stage, 2) else None

    with SmtpServer(answer=answer, **ways) as server, Session(at(server)) as session:
        receipts = sent(session, letters(4))
    assert receipts[1] == Receipt(status, int(reply[:3]), reply[4:])
    assert statuses(receipts) == dict.fromkeys([0, 2, 3], Status.ACCEPTED) | {1: status}
    assert len(server.received) == 3


def test_no_body_follows_when_a_server_says_354_to_nobody() -> None:
    def answer(stage: str, count: int, _: str) -> str | None:
        return {("RCPT", 1): "550 5.1.1 nobody", ("DATA", 1): "354 go on"}.get((stage, count))

    with SmtpServer(answer=answer) as server, Session(at(server)) as session:
        receipts = sent(session, letters(2))
    assert statuses(receipts) == {0: Status.REFUSED, 1: Status.ACCEPTED}
    assert [received.content for received in server.received] == [b"", BODY]
    assert server.received[0].recipient == ""


def test_a_connection_lost_after_the_final_dot_leaves_that_message_unknown(
    ways: dict[str, bool],
) -> None:
    def answer(stage: str, count: int, _: str) -> str | None:
        return DROP if (stage, count) == ("DOT", 2) else None

    with SmtpServer(answer=answer, **ways) as server, Session(at(server)) as session:
        receipts = sent(session, letters(4))
    assert receipts[1].status is Status.UNKNOWN
    assert "The message was sent, the answer lost." in receipts[1].text
    assert statuses(receipts) == dict.fromkeys([0, 2, 3], Status.ACCEPTED) | {1: Status.UNKNOWN}
    assert people_of(server) == ["p0@example.com", "p2@example.com", "p3@example.com"]
    assert server.connections == 2


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
def test_a_message_that_met_a_dying_connection_goes_over_another_one(
    ways: dict[str, bool], stage: str
) -> None:
    def answer(at_stage: str, count: int, _: str) -> str | None:
        return DROP if (at_stage, count) == (stage, 2) else None

    with SmtpServer(answer=answer, **ways) as server, Session(at(server)) as session:
        receipts = sent(session, letters(3))
    assert set(statuses(receipts).values()) == {Status.ACCEPTED}
    assert sorted(people_of(server)) == [f"p{n}@example.com" for n in range(3)]
    assert server.connections == 2


def test_421_before_a_message_moves_it_to_another_connection(ways: dict[str, bool]) -> None:
    def answer(stage: str, count: int, _: str) -> str | None:
        return "421 4.3.2 enough for this connection" if (stage, count) == ("MAIL", 3) else None

    with SmtpServer(answer=answer, **ways) as server, Session(at(server)) as session:
        receipts = sent(session, letters(5))
    assert set(statuses(receipts).values()) == {Status.ACCEPTED}
    assert len(server.received) == 5
    assert server.connections == 2


def test_a_message_that_ends_two_connections_is_left_for_later() -> None:
    def answer(stage: str, _: int, argument: str) -> str | None:
        return DROP if stage == "RCPT" and argument == "p1@example.com" else None

    with SmtpServer(answer=answer) as server, Session(at(server)) as session:
        receipts = sent(session, letters(3))
    assert statuses(receipts) == {0: Status.ACCEPTED, 1: Status.DEFERRED, 2: Status.ACCEPTED}


def test_a_server_that_throws_us_out_each_time_is_not_asked_for_ever() -> None:
    with (
        SmtpServer(answer=lambda stage, *_: DROP if stage == "MAIL" else None) as server,
        Session(at(server)) as session,
    ):
        receipts = sent(session, letters(50))
    assert set(statuses(receipts).values()) == {Status.DEFERRED}
    assert server.connections == 3
    assert server.received == []


def test_silence_after_the_final_dot_leaves_the_message_unknown() -> None:
    def answer(stage: str, count: int, _: str) -> str | None:
        return SILENCE if (stage, count) == ("DOT", 1) else None

    with SmtpServer(answer=answer) as server:
        server_settings = at(server, verdict_timeout=0.5)
        with Session(server_settings) as session:
            receipts = sent(session, letters(2))
    assert statuses(receipts) == {0: Status.UNKNOWN, 1: Status.ACCEPTED}
    assert receipts[0].text.startswith("127.0.0.1 did not answer in time.")


def test_silence_before_a_message_does_not_lose_it() -> None:
    def answer(stage: str, count: int, _: str) -> str | None:
        return SILENCE if (stage, count) == ("MAIL", 1) else None

    with SmtpServer(answer=answer) as server, Session(at(server, reply_timeout=0.5)) as session:
        receipts = sent(session, letters(2))
    assert statuses(receipts) == {0: Status.ACCEPTED, 1: Status.ACCEPTED}


@pytest.mark.parametrize("words", ["nonsense", "999 what", "354 again", "250"])
def test_an_answer_that_makes_no_sense_never_counts_as_delivered(words: str) -> None:
    stage = "DATA" if words == "250" else "DOT"

    def answer(at_stage: str, count: int, _: str) -> str | None:
        return words if (at_stage, count) == (stage, 1) else None

    with SmtpServer(answer=answer) as server, Session(at(server)) as session:
        receipts = sent(session, letters(2))
    first = Status.ACCEPTED if stage == "DATA" else Status.UNKNOWN
    assert statuses(receipts) == {0: first, 1: Status.ACCEPTED}
    assert len(server.received) == (2 if stage == "DATA" else 1)


def test_an_answer_of_several_lines_is_one_answer(ways: dict[str, bool]) -> None:
    def answer(stage: str, count: int, _: str) -> str | None:
        return "550-5.1.1 no such\r\n550 5.1.1 mailbox" if (stage, count) == ("RCPT", 1) else None

    with SmtpServer(answer=answer, **ways) as server, Session(at(server)) as session:
        receipts = sent(session, letters(2))
    assert receipts[0] == Receipt(Status.REFUSED, 550, "5.1.1 no such 5.1.1 mailbox")
    assert receipts[1].status is Status.ACCEPTED


def test_a_connection_carries_no_more_messages_than_allowed() -> None:
    with SmtpServer() as server, Session(at(server, messages_per_connection=4)) as session:
        receipts = sent(session, letters(10))
    assert set(statuses(receipts).values()) == {Status.ACCEPTED}
    assert server.connections == 3
    assert server.stages["QUIT"] == 3


def test_connections_are_kept_between_calls() -> None:
    with SmtpServer() as server, Session(at(server)) as session:
        for _ in range(3):
            assert set(statuses(sent(session, letters(2))).values()) == {Status.ACCEPTED}
        assert server.connections == 1


def test_a_kept_connection_that_the_server_closed_is_replaced() -> None:
    with SmtpServer() as server, Session(at(server)) as session:
        sent(session, letters(1))
        server.hang_up()
        assert set(statuses(sent(session, letters(2))).values()) == {Status.ACCEPTED}
    assert server.connections == 2


def test_several_connections_share_the_work_and_each_message_arrives_once() -> None:
    with SmtpServer() as server, Pool(at(server), connections=4) as pool:
        receipts = sent(pool, letters(400))
    assert set(statuses(receipts).values()) == {Status.ACCEPTED}
    assert sorted(people_of(server)) == sorted(f"p{n}@example.com" for n in range(400))
    assert 1 <= server.connections <= 4


def test_lost_connections_in_a_pool_lose_and_double_nothing() -> None:
    def answer(stage: str, count: int, _: str) -> str | None:
        lost = (stage == "DOT" and count % 37 == 0) or (stage == "RCPT" and count % 53 == 0)
        return DROP if lost else None

    with SmtpServer(answer=answer) as server, Pool(at(server), connections=4) as pool:
        receipts = sent(pool, letters(500))
    arrived = Counter(people_of(server))
    assert set(arrived.values()) == {1}
    for number, receipt in receipts.items():
        taken = f"p{number}@example.com" in arrived
        assert taken == (receipt.status is Status.ACCEPTED)


def test_a_server_that_lets_in_only_two_gets_two() -> None:
    def answer(stage: str, count: int, _: str) -> str | None:
        return "421 4.7.0 too many" if stage == "CONNECT" and count > 2 else None

    with SmtpServer(answer=answer) as server, Pool(at(server), connections=4) as pool:
        receipts = sent(pool, letters(50))
    assert set(statuses(receipts).values()) == {Status.ACCEPTED}
    assert server.connections <= 4


def test_a_server_that_is_not_there_defers_every_message_with_the_reason() -> None:
    with SmtpServer() as server:
        nowhere = at(server)
    with Pool(nowhere) as pool:
        receipts = sent(pool, letters(20))
    words = f"Nothing listens at 127.0.0.1:{nowhere.port} (connection refused). Is the port right?"
    assert receipts == dict.fromkeys(range(20), Receipt(Status.DEFERRED, 0, words))


def test_messages_are_taken_as_they_can_be_sent() -> None:
    rendered = []

    def render() -> Iterator[Outgoing]:
        for number in range(100):
            rendered.append(number)
            yield letter(number)

    with SmtpServer() as server, Session(at(server)) as session:
        answers = session.send_many(render())
        _, receipt = next(answers)
        assert receipt.status is Status.ACCEPTED
        assert len(rendered) < 100
        assert len(list(answers)) == 99


def test_an_error_of_the_renderer_comes_after_the_receipts_of_what_went_before() -> None:
    def render() -> Iterator[Outgoing]:
        yield from letters(3)
        raise ValueError("half a template")

    seen: list[tuple[Outgoing, Receipt]] = []
    with SmtpServer() as server, Session(at(server)) as session:
        with pytest.raises(ValueError, match="half a template"):
            seen.extend(session.send_many(render()))
        assert [(message.key, receipt.status) for message, receipt in seen] == [
            (number, Status.ACCEPTED) for number in range(3)
        ]
        assert set(statuses(sent(session, letters(1))).values()) == {Status.ACCEPTED}


def test_leaving_early_doubles_nothing_later() -> None:
    with SmtpServer() as server, Session(at(server)) as session:
        with contextlib.closing(session.send_many(letters(50))) as answers:  # type: ignore[type-var]
            next(answers)
        receipts = sent(session, [letter(number) for number in range(100, 103)])
    assert set(statuses(receipts).values()) == {Status.ACCEPTED}
    assert max(Counter(people_of(server)).values()) == 1


@pytest.mark.parametrize(
    ("server_has", "message", "words"),
    [
        ({"size": 10}, letter(0), "The message is over the server's limit of 10 bytes."),
        ({"eight_bit": False}, letter(0, "Ж".encode()), "does not take 8-bit content."),
        (
            {"utf8": False},
            Outgoing(Envelope("a@example.com", "почта@example.com"), BODY, 0),
            "does not take addresses beyond ASCII (SMTPUTF8).",
        ),
        (
            {},
            Outgoing(Envelope("a@example.com", "x@example.com>\r\nDATA"), BODY, 0),
            "is not an e-mail address.",
        ),
        (
            {},
            Outgoing(Envelope("a b@example.com", "x@example.com"), BODY, 0),
            "is not an e-mail address.",
        ),
    ],
)
def test_what_the_server_cannot_take_is_refused_before_it_is_asked(
    server_has: dict[str, Any], message: Outgoing, words: str
) -> None:
    with SmtpServer(**server_has) as server, Session(at(server)) as session:
        receipts = sent(session, [message])
    assert receipts[0].status is Status.REFUSED
    assert receipts[0].code == 0
    assert words in receipts[0].text
    assert server.stages["MAIL"] == 0


def test_addresses_and_content_beyond_ascii_are_announced() -> None:
    message = Outgoing(Envelope("", "почта@пример.example"), "Привет\r\n".encode(), 0)
    with SmtpServer(size=None) as server, Session(at(server)) as session:
        assert sent(session, [message])[0].status is Status.ACCEPTED
    assert server.commands[1:3] == [
        "MAIL FROM:<> BODY=8BITMIME SMTPUTF8",
        "RCPT TO:<почта@xn--e1afmkfd.example>",
    ]


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize("ways_in", ["PLAIN LOGIN", "LOGIN"])
def test_messages_travel_under_tls_after_signing_in(
    certificate: Any, security: Security, ways_in: str
) -> None:
    content = b"Subject: long\r\n\r\n" + b"x\r\n" * 100_000
    with (
        SmtpServer(
            tls=certificate.context,
            tls_from_the_start=security is Security.TLS,
            users={"shop": "pässword"},
            sign_in_ways=ways_in,
        ) as server,
        Pool(
            at(
                server,
                security=security,
                ca_file=str(certificate.path),
                username="shop",
                password="pässword",
            ),
            connections=2,
        ) as pool,
    ):
        receipts = sent(pool, [letter(number, content) for number in range(10)])
        again = sent(pool, letters(3))
    assert set(statuses(receipts | again).values()) == {Status.ACCEPTED}
    assert [received.content for received in server.received[:10]] == [content] * 10
    assert server.stages["AUTH"] == server.connections


def test_a_connection_lost_after_the_dot_under_tls_is_unknown(certificate: Any) -> None:
    def answer(stage: str, count: int, _: str) -> str | None:
        return DROP if (stage, count) == ("DOT", 1) else None

    with (
        SmtpServer(tls=certificate.context, answer=answer) as server,
        Session(at(server, security=Security.STARTTLS, ca_file=str(certificate.path))) as session,
    ):
        receipts = sent(session, letters(2))
    assert statuses(receipts) == {0: Status.UNKNOWN, 1: Status.ACCEPTED}


def test_a_connection_lost_in_mid_body_is_deferred() -> None:
    """The server stops reading inside a body larger than all buffers between us."""
    huge = letter(0, b"x" * 76 + b"\r\n" + b"y" * 30_000_000)

    def answer(stage: str, count: int, _: str) -> str | None:
        return DROP_IN_BODY if (stage, count) == ("DATA", 1) else None

    with SmtpServer(size=None, answer=answer) as server, Session(at(server)) as session:
        receipts = sent(session, [huge, letter(1)])
    assert receipts[0].status is Status.DEFERRED
    assert "The message was not sent whole." in receipts[0].text
    assert receipts[1].status is Status.ACCEPTED


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (REFUSE_IN_BODY, Receipt(Status.REFUSED, 552, "5.3.4 too big")),
        (
            ACCEPT_IN_BODY,
            Receipt(Status.UNKNOWN, 250, "Accepted before it was whole: 2.0.0 taken"),
        ),
    ],
)
def test_an_answer_before_the_end_of_a_body_ends_the_connection(
    way: str, expected: Receipt
) -> None:
    huge = letter(0, b"y" * 30_000_000)

    def answer(stage: str, count: int, _: str) -> str | None:
        return way if (stage, count) == ("DATA", 1) else None

    with SmtpServer(size=None, answer=answer) as server, Session(at(server)) as session:
        receipts = sent(session, [huge, letter(1)])
    assert receipts[0] == expected
    assert receipts[1].status is Status.ACCEPTED
    assert server.connections == 2


def test_a_refusal_stands_when_the_connection_is_lost_behind_it() -> None:
    def answer(stage: str, count: int, _: str) -> str | None:
        return {("RCPT", 1): "550 5.1.1 nobody", ("DATA", 1): DROP}.get((stage, count))

    with SmtpServer(answer=answer) as server, Session(at(server)) as session:
        receipts = sent(session, letters(2))
    assert receipts[0] == Receipt(Status.REFUSED, 550, "5.1.1 nobody")
    assert receipts[1].status is Status.ACCEPTED
    assert server.stages["RCPT"] == 2


def test_a_connection_that_died_while_idle_does_not_count_against_a_message() -> None:
    def answer(stage: str, count: int, _: str) -> str | None:
        return DROP if (stage, count) == ("MAIL", 2) else None

    with SmtpServer(answer=answer) as server, Session(at(server)) as session:
        sent(session, letters(1))
        server.hang_up()
        receipts = sent(session, [letter(1)])
    assert receipts[1].status is Status.ACCEPTED
    assert server.connections == 3
