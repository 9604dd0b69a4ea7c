"""“Does this mail server work?” in words that somebody at a settings page can act on."""

from contextlib import suppress
from typing import NamedTuple

from sanderling.channels.email.opening import (
    CannotConnect,
    Cause,
    open_connection,
)
from sanderling.channels.email.servers import Offers, Security, Server


class Report(NamedTuple):
    """What a trial connection found.

    `words` is one sentence; `warnings` are what works but should be known before a campaign.
    """

    ok: bool
    words: str
    cause: Cause | None = None
    warnings: tuple[str, ...] = ()
    offers: Offers | None = None


def check(server: Server) -> Report:
    """Connect, protect, greet, sign in and leave again; nothing is sent."""
    try:
        opened = open_connection(server)
    except CannotConnect as error:
        return Report(False, error.message, cause=error.cause)
    # It has told us all; a hurried farewell is no fault.
    with opened.sock as sock, suppress(OSError):
        sock.sendall(b"QUIT\r\n")
    words = f"{server.host}:{server.port} is ready to take messages."
    return Report(True, words, warnings=_warnings(server, opened.offers), offers=opened.offers)


def _warnings(server: Server, offers: Offers) -> tuple[str, ...]:
    said = []
    if server.security is Security.NONE:
        said.append("The connection is not protected by TLS: everybody on the way can read mail.")
        if server.username:
            said.append("The password travels in clear.")
    elif not server.verify:
        said.append("The server's certificate is not checked: it may be somebody else.")
    if not offers.pipelining:
        said.append("The server has no PIPELINING: sending takes four answers per message.")
    if not offers.utf8:
        said.append("The server has no SMTPUTF8: addresses like пошта@приклад.укр are refused.")
    return tuple(said)
