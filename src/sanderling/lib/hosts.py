"""Which hosts the product may connect to on a user's word (connectors, webhooks, SMTP servers).

A name is resolved once, every address of it is judged, and the caller connects to the address
that was judged: a name that answers differently the second time gains nothing.  Private networks
are refused unless the operator allows them, as a network (``10.0.0.0/8``) or as an exact pair
(``127.0.0.1:5433``).  The grammar comes first, because a database driver reads more into a host
than one thinks: libpq takes ``/dir`` for a Unix socket and ``a,b`` for two hosts.
"""

import contextlib
import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self

from sanderling.lib.errors import SanderlingError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], list[str]]

LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
# Names that end in a number are IPv4 addresses in disguise: 2130706433, 0x7f.1, 127.1.
NUMERIC = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")

# is_global calls these global, though they lead inside or nowhere (measured, see exports.md).
NOT_REALLY_GLOBAL: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16",
        "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip


class HostRefused(SanderlingError):
    """This host may not be connected to."""

    code = "host_refused"


class HostNotFound(SanderlingError):
    """This host name is not known."""

    code = "host_not_found"


@dataclass(frozen=True)
class Allowed:
    """What the operator allows beyond the public internet."""

    networks: tuple[Network, ...] = ()
    pairs: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def from_words(cls, words: Iterable[str]) -> Self:
        """Read networks (``10.0.0.0/8``, ``192.168.1.4``) and exact pairs (``db.lan:5432``).

        Raises ValueError naming the word that is neither.
        """
        networks: list[Network] = []
        pairs: set[tuple[str, int]] = set()
        for word in words:
            if network := _network(word):
                networks.append(network)
            else:
                pairs.add(_pair(word))
        return cls(tuple(networks), frozenset(pairs))

    def admits(self, address: Address, *, host: str, port: int) -> bool:
        """Whether the operator allows this address, or this very host and port."""
        plain = _unmapped(address)
        if any(plain in network for network in self.networks):
            return True
        return (host, port) in self.pairs or (str(plain), port) in self.pairs


NOTHING_MORE = Allowed()


def checked_address(
    host: str, port: int, *, allowed: Allowed = NOTHING_MORE, resolver: Resolver | None = None
) -> str:
    """Return the address to connect to; it must be used instead of the name.

    Raises HostRefused when the host is malformed or one of its addresses is not public, and
    HostNotFound when the name does not resolve.
    """
    name = canonical(host)
    if not 1 <= port <= 65_535:
        raise HostRefused(f"{port} is not a port: it must lie between 1 and 65535.")
    addresses = [ipaddress.ip_address(text) for text in (resolver or resolve)(name, port)]
    if not addresses:
        raise HostNotFound(f"The host name {name} is not known.")
    for address in addresses:
        if not is_public(address) and not allowed.admits(address, host=name, port=port):
            raise HostRefused(
                f"{name} is in a private or reserved network. "
                "The operator of this installation can allow it."
            )
    return str(addresses[0])


def canonical(host: str) -> str:
    """Return a host name in lower case or an address in its usual form.

    Raises HostRefused for everything that is neither.
    """
    text = host.strip().removesuffix(".")
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(text)
        if "%" not in text:
            return str(_unmapped(address))
    labels = _ascii(text).split(".")
    if len(".".join(labels)) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise HostRefused("The host must be a domain name or an IP address.")
    if NUMERIC.fullmatch(labels[-1]):
        raise HostRefused("An IP address must be written as four numbers with dots.")
    return ".".join(labels).lower()


def resolve(host: str, port: int) -> list[str]:
    """Return every address of a name, in the system's order of preference."""
    with contextlib.suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise HostNotFound(f"The host name {host} is not known.") from None
    return list(dict.fromkeys(str(address[4][0]).partition("%")[0] for address in found))


def is_public(address: Address) -> bool:
    """Whether an address leads to the public internet."""
    if any(address in network for network in NOT_REALLY_GLOBAL):
        return False
    return address.is_global and not address.is_multicast


def _unmapped(address: Address) -> Address:
    """Return the IPv4 address that ``::ffff:a.b.c.d`` stands for."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _ascii(text: str) -> str:
    """Return the name as it goes over the wire (``bücher.example`` → ``xn--bcher-kva.example``)."""
    try:
        return text.encode("idna").decode("ascii")
    except UnicodeError:
        raise HostRefused("The host must be a domain name or an IP address.") from None


def _network(word: str) -> Network | None:
    try:
        return ipaddress.ip_network(word, strict=False)
    except ValueError:
        return None


def _pair(word: str) -> tuple[str, int]:
    host, _, port = word.rpartition(":")
    if not host or not port.isascii() or not port.isdigit():
        raise ValueError(f"{word!r} is neither a network nor a host with a port.")
    try:
        return canonical(host), int(port)
    except HostRefused as error:
        raise ValueError(f"{word!r} is neither a network nor a host with a port.") from error
