"""One SMTP conversation after sign-in, as a state machine that knows no sockets.

With PIPELINING (RFC 2920) a group of commands goes out in one write. The body of a message and
the envelope of the next travel together, `[body . MAIL RCPT DATA]`, so a message costs one round
trip instead of four. Answers come in order and meet `_awaited`, the queue of what was asked.

What decides between DEFERRED and UNKNOWN is one number: whether the byte after the final dot had
been given to the network (`sent`) when the connection ended.
"""

from collections import deque
from collections.abc import Callable
from enum import Enum, auto

from sanderling.channels.email.headers import BadHeader, wire_address
from sanderling.channels.email.letters import Outgoing
from sanderling.channels.email.replies import LONGEST_REPLY, one_line
from sanderling.channels.email.servers import Offers
from sanderling.channels.receipts import Receipt, Status

# A message whose envelope met a dying connection this often is left for another day.
MOST_TRIES = 2


class BrokenConversation(Exception):
    """The server's answer makes no sense; the connection has to be given up."""


class Stage(Enum):
    """What an awaited answer answers."""

    RESET = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    DOT = auto()
    EMPTY = auto()


# Where a wrong guess would lose or double a message, an odd code ends the conversation.
_DECIDING = frozenset({Stage.DATA, Stage.DOT})


class Turn:
    """One message on its way through one connection (and, returned, through another)."""

    __slots__ = ("dot_at", "message", "refusal", "tries")

    def __init__(self, message: Outgoing) -> None:
        self.message = message
        self.tries = 0
        self.refusal: Receipt | None = None
        self.dot_at: int | None = None


class Conversation:
    """Feed it what arrives, write what is in `outbox`; verdicts go to whom it attends.

    `sent` is kept by the owner: how many bytes of the outbox the network has taken so far.
    `heard` counts answers, `judged` the messages that have their verdict.
    """

    def __init__(self, offers: Offers, *, limit: int = 0) -> None:
        self.outbox: list[bytes] = []
        self.sent = 0
        self.closing = False
        self.judged = 0
        self.heard = 0
        self._offers = offers
        self._supply: Callable[[], Turn | None] = lambda: None
        self._verdicts: deque[tuple[Outgoing, Receipt]] = deque()
        self._left = limit or -1
        self._written = 0
        self._rest = b""
        self._lines: list[bytes] = []
        self._awaited: deque[tuple[Stage, Turn]] = deque()
        self._unasked: deque[tuple[Stage, bytes]] = deque()
        self._reset_due = False

    def attend(
        self, supply: Callable[[], Turn | None], verdicts: deque[tuple[Outgoing, Receipt]]
    ) -> None:
        """Work for this caller now.

        `supply` gives the next turn or None and is asked exactly when there is room for one.
        """
        self._supply, self._verdicts = supply, verdicts

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return bool(self._awaited)

    @property
    def spent(self) -> bool:
        """Whether it will take no more messages."""
        return self.closing or self._left == 0

    @property
    def awaits_verdict(self) -> bool:
        """Whether the next answer decides about a message that was sent whole."""
        return bool(self._awaited) and self._awaited[0][0] is Stage.DOT

    def begin(self) -> None:
        """Take the next message, where there is one and this connection may have it."""
        while not self.spent and (turn := self._supply()):
            if unfit := self._unfit(turn.message):
                self._verdicts.append((turn.message, unfit))
                continue
            self._left -= 1
            self._ask(turn)
            return

    def feed(self, arrived: bytes) -> None:
        """Answer what the server said; raises BrokenConversation when it is not SMTP."""
        *lines, self._rest = (self._rest + arrived).split(b"\n")
        if len(self._rest) > LONGEST_REPLY or len(self._lines) > 1000:
            raise BrokenConversation("The server's answer has no end.")
        for line in lines:
            self._lines.append(line)
            if line[3:4] != b"-":
                code, text = self._reply()
                self.heard += 1
                self._answer(code, text)
                if self.closing:
                    return

    def lost(self, reason: str) -> list[Turn]:
        """The connection is gone: judge what was under way, return what may go elsewhere."""
        turns = list(dict.fromkeys(turn for _, turn in self._awaited))
        self._awaited.clear()
        self._unasked.clear()
        self.closing = True
        return [turn for turn in turns if self._returns(turn, reason)]

    def _returns(self, turn: Turn, reason: str) -> bool:
        if turn.refusal:
            self._verdicts.append((turn.message, turn.refusal))
            return False
        if turn.dot_at is None:
            turn.tries += 1
            if turn.tries < MOST_TRIES:
                return True
            receipt = Receipt(Status.DEFERRED, 0, reason)
        elif turn.dot_at <= self.sent:
            receipt = Receipt(Status.UNKNOWN, 0, f"{reason} The message was sent, the answer lost.")
        else:
            receipt = Receipt(Status.DEFERRED, 0, f"{reason} The message was not sent whole.")
        self._verdicts.append((turn.message, receipt))
        return False

    def _unfit(self, message: Outgoing) -> Receipt | None:
        """Refuse here what this server cannot take, before it costs a round trip."""
        try:
            addresses = self._addresses(message)
        except BadHeader as error:
            return Receipt(Status.REFUSED, 0, error.message)
        if not addresses.isascii() and not self._offers.utf8:
            return Receipt(
                Status.REFUSED,
                0,
                "The mail server does not take addresses beyond ASCII (SMTPUTF8).",
            )
        if not message.content.isascii() and not self._offers.eight_bit:
            return Receipt(Status.REFUSED, 0, "The mail server does not take 8-bit content.")
        if self._offers.size and len(message.content) > self._offers.size:
            words = f"The message is over the server's limit of {self._offers.size} bytes."
            return Receipt(Status.REFUSED, 0, words)
        return None

    @staticmethod
    def _addresses(message: Outgoing) -> str:
        sender, recipient = message.envelope
        return (wire_address(sender) if sender else "") + wire_address(recipient)

    def _ask(self, turn: Turn) -> None:
        group = self._envelope(turn.message)
        if self._offers.pipelining:
            self._write(b"".join([command for _, command in group]))
            self._awaited.extend([(stage, turn) for stage, _ in group])
        else:
            self._unasked.extend(group)
            self._ask_on(turn)

    def _ask_on(self, turn: Turn) -> None:
        stage, command = self._unasked.popleft()
        self._write(command)
        self._awaited.append((stage, turn))

    def _envelope(self, message: Outgoing) -> list[tuple[Stage, bytes]]:
        sender, recipient = message.envelope
        mail = f"MAIL FROM:<{wire_address(sender) if sender else ''}>"
        to = wire_address(recipient)
        if self._offers.size is not None:
            mail += f" SIZE={len(message.content)}"
        if not message.content.isascii():
            mail += " BODY=8BITMIME"
        if self._offers.utf8 and not (to.isascii() and mail.isascii()):
            mail += " SMTPUTF8"
        group = [
            (Stage.MAIL, f"{mail}\r\n".encode()),
            (Stage.RCPT, f"RCPT TO:<{to}>\r\n".encode()),
            (Stage.DATA, b"DATA\r\n"),
        ]
        if self._reset_due:
            group.insert(0, (Stage.RESET, b"RSET\r\n"))
            self._reset_due = False
        return group

    def _write(self, chunk: bytes) -> None:
        self.outbox.append(chunk)
        self._written += len(chunk)

    def _reply(self) -> tuple[int, str]:
        lines, self._lines = self._lines, []
        try:
            code = int(lines[-1][:3])
        except ValueError:
            said = one_line(lines[-1].decode("utf-8", "replace"))
            raise BrokenConversation(f"The server answered “{said}”, which is not SMTP.") from None
        text = b" ".join([line[4:].strip() for line in lines])
        return code, one_line(text.decode("utf-8", "replace"))

    def _answer(self, code: int, text: str) -> None:
        if not self._awaited:
            # Unasked words between messages are a farewell (421) or nonsense.
            self.closing = True
            return
        stage, turn = self._awaited[0]
        if code == 421 and stage is not Stage.DOT:
            self.closing = True
            return
        if stage in _DECIDING and not _makes_sense(stage, code):
            raise BrokenConversation(f"The server answered a message with {code} {text}.")
        self._awaited.popleft()
        match stage:
            case Stage.DOT:
                self._judge(turn, code, text)
            case Stage.DATA:
                self._data(turn, code, text)
            case Stage.EMPTY:
                self._finish(turn)
            case _:
                self._command(stage, turn, code=code, text=text)

    def _command(self, stage: Stage, turn: Turn, *, code: int, text: str) -> None:
        if code >= 300 and stage is not Stage.RESET and turn.refusal is None:
            turn.refusal = _receipt(code, text)
        if self._offers.pipelining:
            return
        if turn.refusal:
            self._unasked.clear()
            self._finish(turn)
        else:
            self._ask_on(turn)

    def _data(self, turn: Turn, code: int, text: str) -> None:
        if code == 354 and turn.refusal is None:
            self._send_body(turn)
        elif code == 354:
            # Nobody to deliver to, and yet it waits for a body: RFC 2920, 3.1 says to send none.
            self._write(b".\r\n")
            self._awaited.append((Stage.EMPTY, turn))
        else:
            turn.refusal = turn.refusal or _receipt(code, text)
            self._finish(turn)

    def _send_body(self, turn: Turn) -> None:
        content = turn.message.content
        if b"\n." in content or content.startswith(b"."):
            content = (b"\n" + content).replace(b"\n.", b"\n..")[1:]
        self._write(content)
        self._write(b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")
        turn.dot_at = self._written
        self._awaited.append((Stage.DOT, turn))
        if self._offers.pipelining:
            self.begin()

    def _judge(self, turn: Turn, code: int, text: str) -> None:
        self.closing = self.closing or code == 421
        receipt = _receipt(code, text)
        if turn.dot_at is not None and turn.dot_at > self.sent:
            # It answered before it had heard the end; the rest may not be said any more.
            self.closing = True
            if receipt.status is Status.ACCEPTED:
                receipt = Receipt(Status.UNKNOWN, code, f"Accepted before it was whole: {text}")
        self.judged += 1
        self._verdicts.append((turn.message, receipt))
        if not self._awaited:
            self.begin()

    def _finish(self, turn: Turn) -> None:
        """Close a turn that ended before its body."""
        assert turn.refusal
        self._verdicts.append((turn.message, turn.refusal))
        self.judged += 1
        self._reset_due = True
        if not self._awaited:
            self.begin()


def _receipt(code: int, text: str) -> Receipt:
    if 200 <= code < 300:
        return Receipt(Status.ACCEPTED, code, text)
    return Receipt(Status.REFUSED if code >= 500 else Status.DEFERRED, code, text)


def _makes_sense(stage: Stage, code: int) -> bool:
    if 400 <= code < 600:
        return True
    return code == 354 if stage is Stage.DATA else 200 <= code < 300
