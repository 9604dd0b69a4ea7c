"""The guard of connections: every disguise of a private address that we know of."""

import ipaddress
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from sanderling.lib.hosts import (
    Allowed,
    HostNotFound,
    HostRefused,
    canonical,
    checked_address,
    is_public,
    resolve,
)

INSIDE = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "0.0.0.0", "0.1.2.3", "192.0.0.8", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "192.88.99.1", "::1", "::", "fe80::1", "fec0::1", "fc00::1", "fd12::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1",
    "64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:a00:1::", "2002:7f00:1::",
    "2001::1", "2001:db8::1", "100::1",
]  # fmt: skip
OUTSIDE = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:4700::1111", "2a00:1450::5"]
MALFORMED = [
    "", " ", "/", "/var/run/postgresql", "/tmp", "a/b", "a,b", "db.example,127.0.0.1", "@abstract",
    "user@db.example", "db.example:5432", "http://db.example", "db example", "db\nexample",
    "db\x00example", "-db.example", "db-.example", "db..example", ".", "..", "a" * 64 + ".example",
    "a." * 127 + "example", "db.example?x=1", "db.example#x", "db'example", 'db"example',
    "db\\example",
    "2130706433", "0", "0x7f000001", "0x7f.1", "127.1", "127.0.1", "0177.0.0.1", "127.0.0.01",
    "256.1.1.1", "1.2.3.4.5", "127.0.0.1.", "fe80::1%eth0", "::1%lo", "[::1", "::1]",
    "[db.example]x",
    "*", "$(id)", "host=127.0.0.1", "%2e",
]  # fmt: skip


def answering(*addresses: str):
    return lambda host, port: list(addresses)


@pytest.mark.parametrize("address", INSIDE)
def test_an_inside_address_is_refused_as_itself_and_as_the_answer_of_a_name(address):
    with pytest.raises(HostRefused, match="private or reserved network"):
        checked_address(address, 5432)
    with pytest.raises(HostRefused, match=r"db\.example is in a private or reserved network"):
        checked_address("db.example", 5432, resolver=answering("8.8.8.8", address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_outside_address_passes_as_it_is(address):
    assert checked_address(address, 5432) == address
    assert checked_address("db.example", 5432, resolver=answering(address)) == address


@pytest.mark.parametrize("host", [host for host in MALFORMED if host != "127.0.0.1."])
def test_a_malformed_host_is_refused_before_anybody_resolves_it(host):
    def nobody(host: str, port: int) -> list[str]:
        raise AssertionError("it was resolved")

    with pytest.raises(HostRefused):
        checked_address(host, 5432, resolver=nobody)


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_a_port_out_of_range_is_refused(port):
    with pytest.raises(HostRefused, match=f"{port} is not a port"):
        checked_address("8.8.8.8", port)


@given(some.text(max_size=60))
@example("ⅰⅱ.example")
@example("①②⑦.⓪.⓪.①")
@example("１２７.0.0.1")
@example("127。0。0。1")
def test_whatever_is_written_only_a_plain_name_or_address_comes_out(text):
    try:
        host = canonical(text)
    except HostRefused:
        return
    assert re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", host)
    assert canonical(host) == host


@given(some.ip_addresses())
def test_every_spelling_of_one_address_is_judged_alike(address):
    spellings = {
        str(address),
        address.exploded,
        str(address).upper(),
        f"[{address}]",
        f" {address} ",
    }
    judged = {_judged(spelling) for spelling in spellings}
    assert len(judged) == 1


def _judged(host: str) -> bool:
    try:
        checked_address(host, 443)
    except HostRefused:
        return False
    return True


@given(some.ip_addresses(v=4).filter(lambda address: not is_public(address)))
def test_no_private_address_passes_in_a_tunnel(address):
    number = int(address)
    tunnels = [
        ipaddress.IPv6Address(0xFFFF << 32 | number),
        ipaddress.IPv6Address(number),
        ipaddress.IPv6Address(0x64FF9B << 96 | number),
        ipaddress.IPv6Address(0x2002 << 112 | number << 80),
    ]
    for tunnel in tunnels:
        with pytest.raises(HostRefused):
            checked_address(str(tunnel), 443)
    for disguise in (
        str(number),
        hex(number),
        f"0{number:o}",
        f"{number >> 24}.{number & 0xFFFFFF}",
    ):
        with pytest.raises(HostRefused):
            checked_address(disguise, 443)


def test_the_operator_may_allow_networks_and_exact_pairs():
    allowed = Allowed.from_words(["10.0.0.0/8", "127.0.0.1:5433", "db.lan:5432", "[::1]:5433"])
    assert checked_address("10.1.2.3", 1, allowed=allowed) == "10.1.2.3"
    assert checked_address("::ffff:10.1.2.3", 1, allowed=allowed) == "10.1.2.3"
    assert checked_address("127.0.0.1", 5433, allowed=allowed) == "127.0.0.1"
    assert checked_address("::1", 5433, allowed=allowed) == "::1"
    local = answering("192.168.1.4")
    assert checked_address("DB.lan.", 5432, allowed=allowed, resolver=local) == "192.168.1.4"
    for host, port in (("127.0.0.1", 5432), ("127.0.0.2", 5433), ("192.168.1.4", 5432)):
        with pytest.raises(HostRefused):
            checked_address(host, port, allowed=allowed)
    with pytest.raises(HostRefused):
        checked_address("db.lan", 5433, allowed=allowed, resolver=local)
    with pytest.raises(HostRefused):
        checked_address("other.lan", 5432, allowed=allowed, resolver=local)


def test_a_name_with_one_allowed_and_one_other_inside_address_is_refused():
    allowed = Allowed.from_words(["10.0.0.0/8"])
    with pytest.raises(HostRefused):
        checked_address("db.lan", 1, allowed=allowed, resolver=answering("10.0.0.1", "127.0.0.1"))


@pytest.mark.parametrize(
    "word", ["db.lan", "a,b:5432", "/tmp:5432", ":5432", "db.lan:x", "10.0.0.0/99"]
)
def test_a_word_that_allows_nothing_is_named(word):
    with pytest.raises(ValueError, match=re.escape(repr(word))):
        Allowed.from_words([word])


def test_names_are_resolved_once_with_all_their_addresses():
    assert set(resolve("localhost", 1)) <= {"127.0.0.1", "::1"}
    asked: list[str] = []

    def counting(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["8.8.8.8"]

    assert checked_address("bücher.example", 443, resolver=counting) == "8.8.8.8"
    assert asked == ["xn--bcher-kva.example"]


def test_an_unknown_name_is_said_to_be_unknown():
    with pytest.raises(HostNotFound, match=r"The host name nowhere\.invalid is not known\."):
        checked_address("nowhere.invalid", 5432)
    with pytest.raises(HostNotFound, match=r"db\.example is not known"):
        checked_address("db.example", 5432, resolver=answering())
