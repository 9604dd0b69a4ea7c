"""What the SMTP side is given: who sends, who receives, finished bytes, the caller's key."""

from typing import Any, NamedTuple


class Envelope(NamedTuple):
    """The two addresses of MAIL FROM and RCPT TO; an empty sender is the null path of bounces."""

    sender: str
    recipient: str


class Outgoing(NamedTuple):
    """One message ready to go; `content` has CRLF line ends and is not yet dot-stuffed."""

    envelope: Envelope
    content: bytes
    key: Any = None
