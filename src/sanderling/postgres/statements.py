"""SQL that lives in files, ``sql/<verb>_<noun>.sql`` of a room, run on Django's connection.

A room says ``statement = Statements(__package__)`` and then ``fetch(statement["lease_batch"], …)``.
Parameters are named (``%(sender_id)s``); a literal per cent sign in a file is written ``%%``, also
where there happen to be no parameters, so that adding one later changes nothing.  Unlike with
Django's bare cursor, jsonb comes as Python values, and a dictionary may be a parameter.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

import psycopg
from psycopg import sql
from psycopg.types.json import JsonbDumper, JsonbLoader

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

Query = str | sql.Composable
Params = Mapping[str, Any] | Sequence[Any] | None
Row = tuple[Any, ...]


class Statements:
    """The statements of one room, by the names of their files."""

    def __init__(self, package: str | None) -> None:
        assert package, "a room is a package"
        self._package = package
        self._texts: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        """Return the text of ``sql/<name>.sql``."""
        if name not in self._texts:
            file = resources.files(self._package).joinpath("sql", f"{name}.sql")
            self._texts[name] = file.read_text(encoding="utf-8")
        return self._texts[name]

    def run(self, name: str, params: Params = None) -> int:
        """Run the statements of a file; return how many rows the last one touched."""
        return execute(self[name], params)

    def rows(self, name: str, params: Params = None) -> list[Row]:
        """Run the statements of a file; return the rows of the last one."""
        return fetch(self[name], params)


def execute(query: Query, params: Params = None) -> int:
    """Run one or several statements; return how many rows the last one touched."""
    with _ran(query, params) as cursor:
        return cast("int", cursor.rowcount)


def fetch(query: Query, params: Params = None) -> list[Row]:
    """Return all rows of the last statement, as tuples."""
    with _ran(query, params) as cursor:
        return cast("list[Row]", cursor.fetchall())


def fetch_one(query: Query, params: Params = None) -> Row | None:
    """Return the first row of the last statement, or None."""
    with _ran(query, params) as cursor:
        return cast("Row | None", cursor.fetchone())


def fetch_value(query: Query, params: Params = None) -> Any:
    """Return the first column of the first row, or None where there is no row."""
    row = fetch_one(query, params)
    return row[0] if row else None


def fetch_dicts(query: Query, params: Params = None) -> list[dict[str, Any]]:
    """Return all rows of the last statement, as dictionaries by column name."""
    with _ran(query, params) as cursor:
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def own_connection() -> psycopg.Connection[Row]:
    """Return psycopg's connection under Django's, for COPY; it stays Django's to commit."""
    from django.db import connection

    connection.ensure_connection()
    return cast("psycopg.Connection[Row]", connection.connection)


@contextlib.contextmanager
def _ran(query: Query, params: Params) -> Iterator["CursorWrapper"]:
    """Yield Django's cursor after the run, at the result of the last statement.

    Django's, so that its counting and logging of queries see us.  It binds on the client: one
    call may hold several statements, and every plan sees its values (an array that is bound on
    the server is, in a generic plan, searched and not hashed: 20 s instead of 0.3 s).
    """
    from django.db import connection

    with connection.cursor() as cursor:
        adapters = cursor.cursor.adapters
        adapters.register_loader("jsonb", JsonbLoader)
        adapters.register_dumper(dict, JsonbDumper)
        cursor.execute(query, {} if params is None else params)
        while cursor.nextset():
            pass
        yield cursor
