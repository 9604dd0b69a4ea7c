"""How to open a customer's PostgreSQL."""

from dataclasses import dataclass, field
from typing import Literal

from sanderling.lib.hosts import NOTHING_MORE, Allowed

Tls = Literal["disable", "prefer", "require", "verify-ca", "verify-full"]


@dataclass(frozen=True)
class ConnectionSettings:
    """What the connector's form asks for; equal settings share connections.

    The password is never part of the representation, so that no log and no traceback shows it.
    """

    host: str
    database: str
    username: str
    password: str = field(default="", repr=False)
    port: int = 5432
    tls: Tls = "prefer"
    ca_pem: str = field(default="", repr=False)
    allowed: Allowed = field(default=NOTHING_MORE, repr=False)
