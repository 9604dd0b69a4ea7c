"""The shop of the demonstration: a second PostgreSQL process with real orders in it.

It stands for the customer's own database, so nothing of the product knows it otherwise than
through a connector: host, port, database, user and password, over TCP.
"""

import csv
import datetime as dt
import gzip
import io
import secrets
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from pathlib import Path

import psycopg
from psycopg import sql

from sanderling.postgres import embedded

FOLDER = "shop"  # in the installation's home
DATABASE = "shop"
ROLE = "marketing"
DATA = resources.files("sanderling.site.demonstration") / "data"


@dataclass(frozen=True)
class Shop:
    """Where the shop's database listens, and who may read it."""

    server: embedded.Server
    port: int
    password: str
    host: str = "127.0.0.1"

    @property
    def dsn(self) -> str:
        """Return the connection that an employee of the shop would use."""
        return (
            f"host={self.host} port={self.port} dbname={DATABASE}"
            f" user={ROLE} password={self.password}"
        )


def start(home: Path, *, say: Callable[[str], None] = lambda _: None) -> Shop:
    """Start the shop's server in ``home``, and fill it the first time."""
    home.mkdir(parents=True, exist_ok=True)
    port = int(_kept(home / "port", _free_port))
    password = _kept(home / "password", lambda: secrets.token_urlsafe(18))
    server = embedded.start(home / "postgresql", say=say, tcp_port=port)
    shop = Shop(server, port, password)
    with psycopg.connect(server.admin_dsn, autocommit=True) as admin:
        is_new = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if is_new.fetchone() is None:
            say("Filling the shop's database with real orders…")
            _create(admin, shop)
    return shop


def addresses(home: Path) -> tuple[str, ...]:
    """Return ``host:port`` of the shop of this installation, when it has one.

    The one loopback address that connectors may reach without the operator's word.
    """
    port = home / FOLDER / "port"
    return (f"127.0.0.1:{port.read_text().strip()}",) if port.exists() else ()


def _create(admin: psycopg.Connection, shop: Shop) -> None:
    """Make role and database; the database gets its name last, so that half a shop is none."""
    role = sql.Identifier(ROLE)
    known = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    admin.execute(
        sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, role, sql.Literal(shop.password))
    )
    admin.execute("DROP DATABASE IF EXISTS shop_draft")
    admin.execute(sql.SQL("CREATE DATABASE shop_draft OWNER {}").format(role))
    draft = psycopg.conninfo.make_conninfo(shop.server.admin_dsn, dbname="shop_draft")
    with psycopg.connect(draft) as connection:
        connection.execute(sql.SQL("SET ROLE {}").format(role))
        _fill(connection)
    admin.execute("ALTER DATABASE shop_draft RENAME TO shop")


def _fill(connection: psycopg.Connection) -> None:
    tables, figures = _ddl()
    connection.execute(tables)
    invoices = list(_rows("invoices.csv.gz"))
    _copy(connection, "customers (id, email, country, birthday)", _customers(invoices))
    _copy(connection, "orders (id, email, ordered_at, status, items, total)", _orders(invoices))
    _copy(
        connection,
        "order_items (order_id, email, stock_code, description, quantity, unit_price)",
        (
            (row[0], email_of(row[1]), row[2], row[3], int(row[4]), Decimal(row[5]))
            for row in _rows("lines.csv.gz")
        ),
    )
    _copy(connection, "promo_codes (email, promo_code, discount)", _promo_codes(invoices))
    connection.execute(
        "UPDATE customers c SET first_order_at = o.first FROM"
        " (SELECT email, min(ordered_at) AS first FROM orders GROUP BY email) o"
        " WHERE o.email = c.email"
    )
    connection.execute(figures)


def _ddl() -> tuple[bytes, bytes]:
    """Return the tables, and the figures that are reckoned once the tables are full."""
    text = (DATA / "shop.sql").read_text(encoding="utf-8")
    tables, figures = text.split("-- The figures that", 1)
    return tables.encode(), ("-- The figures that" + figures).encode()


def email_of(customer: str) -> str:
    """Return the address that we made for a customer number."""
    return f"c{customer}@shop.example"


def birthday_of(customer: str) -> dt.date:
    """Return a made-up birthday: every day of the year has its customers."""
    number = int(customer)
    return dt.date(1950 + number % 50, 1, 1) + dt.timedelta(days=number % 365)


def code_of(customer: str) -> str:
    """Return a made-up promo code such as ``K7QW-12345``."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    number = int(customer) * 2_654_435_761 % 2**32
    return "".join(letters[number >> shift & 31] for shift in (0, 5, 10, 15)) + f"-{customer}"


def _customers(invoices: list[list[str]]) -> Iterator[tuple[object, ...]]:
    countries = {row[2]: row[3] for row in invoices}
    for customer, country in sorted(countries.items()):
        yield int(customer), email_of(customer), country, birthday_of(customer)


def _orders(invoices: list[list[str]]) -> Iterator[tuple[object, ...]]:
    """One order an invoice; an invoice that was written twice is added up."""
    found: dict[str, tuple[str, str, int, Decimal]] = {}
    for number, at, customer, _country, items, price in invoices:
        email, when, count, total = found.get(number, (email_of(customer), at, 0, Decimal()))
        found[number] = email, when, count + int(items), total + int(items) * Decimal(price)
    for number, (email, at, count, total) in found.items():
        status = "CANCELLED" if number.startswith("C") else "DELIVERED"
        yield number, email, f"{at}+00", status, count, round(total, 2)


def _promo_codes(invoices: list[list[str]]) -> Iterator[tuple[object, ...]]:
    for customer in sorted({row[2] for row in invoices}):
        yield email_of(customer), code_of(customer), 5 + int(customer) % 4 * 5


def _rows(name: str) -> Iterator[list[str]]:
    with gzip.open(io.BytesIO((DATA / name).read_bytes()), "rt", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        yield from rows


def _copy(connection: psycopg.Connection, target: str, rows: Iterable[tuple[object, ...]]) -> None:
    """COPY rows; ``target`` is a constant of this file."""
    with connection.cursor().copy(f"COPY {target} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Return what was written at the first start."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make())
    return path.read_text().strip()


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
