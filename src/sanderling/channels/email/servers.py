"""A mail server as the operator describes it and as it describes itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from sanderling.lib.errors import Invalid


class Security(StrEnum):
    """How the connection is protected."""

    NONE = "NONE"
    STARTTLS = "STARTTLS"
    TLS = "TLS"


Resolve = Callable[[str, int], str]
"""Returns the IP address to connect to for a host and port, or raises a SanderlingError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where to hand over messages and how; times are in seconds.

    `verdict_timeout` is the wait after the final dot. RFC 5321, 4.5.3.2.6 wants ten minutes,
    since giving up there leaves a message that nobody may repeat.
    """

    host: str
    port: int = 587
    security: Security = Security.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    hello: str = ""
    verify: bool = True
    ca_file: str = ""
    resolve: Resolve | None = field(default=None, repr=False, compare=False)
    connect_timeout: float = 15.0
    reply_timeout: float = 60.0
    verdict_timeout: float = 600.0
    messages_per_connection: int = 500

    def __post_init__(self) -> None:
        for name in (self.host, self.hello):
            if not name.isprintable() or " " in name:
                raise Invalid(f"“{name}” is not the name of a server.")


class Offers(NamedTuple):
    """What the server said in answer to EHLO; `size` is None where it has no SIZE, 0 unlimited."""

    pipelining: bool = False
    eight_bit: bool = False
    utf8: bool = False
    starttls: bool = False
    size: int | None = None
    sign_in: frozenset[str] = frozenset()
