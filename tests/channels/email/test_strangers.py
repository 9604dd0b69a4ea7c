"""Against a server that is not ours: aiosmtpd, which knows no PIPELINING."""

from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sanderling.channels import email
from sanderling.channels.receipts import Status


class Inbox:
    def __init__(self) -> None:
        self.letters: list[tuple[str | None, list[str], bytes]] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if address.startswith("ghost@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.original_content, bytes)
        letter = (envelope.mail_from, envelope.rcpt_tos, envelope.original_content)
        self.letters.append(letter)
        return "250 ok"


class OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        """Its trial connection goes to the port as given, which is 0."""
        assert self.server
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def stranger() -> Iterator[Controller]:
    controller = OnAnyPort(Inbox(), hostname="127.0.0.1", port=0)
    controller.start()
    yield controller
    controller.stop()


def test_forty_messages_arrive_byte_for_byte_and_a_ghost_refuses_only_its_own(
    stranger: Controller,
) -> None:
    server = email.Server(host="127.0.0.1", port=stranger.port, security=email.Security.NONE)
    content = b"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n" + b"=2E\r\n" * 4000
    people = [f"p{number}@example.com" for number in range(40)] + ["ghost@example.com"]
    letters = [
        email.Outgoing(email.Envelope("shop@sandpiper.example", person), content, person)
        for person in people
    ]
    with email.Pool(server, connections=3) as pool:
        receipts = {message.key: receipt for message, receipt in pool.send_many(letters)}
    ghost = receipts.pop("ghost@example.com")
    assert (ghost.status, ghost.code) == (Status.REFUSED, 550)
    assert {receipt.status for receipt in receipts.values()} == {Status.ACCEPTED}
    assert sorted(stranger.handler.letters) == sorted(
        ("shop@sandpiper.example", [person], content) for person in people[:-1]
    )
