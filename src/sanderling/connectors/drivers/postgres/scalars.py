"""Values of a customer's row as a message sees them.

Numbers and ids are strings, dates and timestamps ISO-8601 with ``Z``, booleans booleans, JSON
nested, arrays lists, and NULL is left out (product documents, "promo_codes").  The conversion
works on PostgreSQL's text, which is exact: no float, no year-10,000 problem, no time zone table.
It relies on the session's ``timezone = UTC`` and ``datestyle = ISO``.
"""

import json
from typing import Any

import psycopg
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.string import TextLoader

from sanderling.connectors.drivers.postgres.describing import PlainColumn
from sanderling.connectors.drivers.postgres.opening import Connection
from sanderling.connectors.drivers.tables import Kind, RowDict

# Everything that psycopg would turn into a Python object of its own and we want as text.
AS_TEXT = (
    "int2", "int4", "int8", "oid", "float4", "float8", "numeric", "uuid", "interval", "time",
    "timetz", "inet", "cidr", "bytea",
)  # fmt: skip


class DateLoader(Loader):
    """``2020-09-02`` → ``2020-09-02T00:00:00Z``; ``infinity`` and years BC stay as they are."""

    def load(self, data: Buffer) -> str:
        """Return the moment at which the day begins."""
        text = bytes(data).decode()
        return f"{text}T00:00:00Z" if text[-1].isdigit() else text


class TimestampLoader(Loader):
    """``2020-09-02 10:11:12.5`` (with ``+00`` or without a zone) → ``2020-09-02T10:11:12.5Z``."""

    def load(self, data: Buffer) -> str:
        """Return the moment; a timestamp without a zone is taken for UTC."""
        text = bytes(data).decode().removesuffix("+00")
        return text.replace(" ", "T") + "Z" if text[-1].isdigit() else text


class JsonTextLoader(Loader):
    """JSON as nested values."""

    def load(self, data: Buffer) -> Any:
        """Return the value."""
        return json.loads(bytes(data))


def speaking_cursor(connection: Connection) -> psycopg.ClientCursor[tuple[Any, ...]]:
    """Return a cursor whose rows hold values as messages want them.

    A cursor of its own kind, so that catalogue queries on the same connection are not touched.
    It binds on the client: every plan sees its keys.
    """
    cursor = psycopg.ClientCursor(connection)
    for name in AS_TEXT:
        cursor.adapters.register_loader(name, TextLoader)
    cursor.adapters.register_loader("date", DateLoader)
    for name in ("timestamp", "timestamptz"):
        cursor.adapters.register_loader(name, TimestampLoader)
    for name in ("json", "jsonb"):
        cursor.adapters.register_loader(name, JsonTextLoader)
    return cursor


def selected(column: PlainColumn) -> sql.Composable:
    """Return the expression that reads a column.

    ``money`` is written in the server's locale, and an array of a type that is not built in
    (an enum's) would come as one text.
    """
    name = sql.Identifier(column.name)
    if column.base == "money":
        return sql.SQL("{}::numeric").format(name)
    if column.kind is Kind.LIST and column.is_foreign_type:
        return sql.SQL("{}::text[]").format(name)
    return name


def as_dict(names: list[str], values: tuple[Any, ...]) -> RowDict:
    """Return a row without its NULLs."""
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}
