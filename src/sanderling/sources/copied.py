"""The copy of a source, asked instead of the customer's own table.

Rows lie in ``sources_copied`` as messages see them, by the contact's key in its normal form.
Conditions are printed by PostgreSQL's own printer over columns made from the cells.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone
from psycopg import sql

from sanderling.connectors.drivers.conditions import (
    AllOf,
    AnyOf,
    Calendar,
    Comparing,
    Condition,
    NoneOf,
)
from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.postgres.conditions import printed
from sanderling.connectors.drivers.postgres.describing import Description, PlainColumn
from sanderling.connectors.drivers.tables import Fetched, KeyKind, Kind, RowDict
from sanderling.postgres.statements import Statements, own_connection
from sanderling.sources.models import Copy, DataSource

STATEMENTS = Statements(__package__)
# The type of a column over the cells, as PostgreSQL calls it.
BASES = {
    Kind.NUMBER: "numeric",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "timestamptz",
    Kind.BOOLEAN: "boolean",
    Kind.JSON: "jsonb",
    Kind.LIST: "text[]",
}


def rows_of(source: DataSource, keys: Iterable[str]) -> Fetched:
    """Return the rows of these keys; raise SourceUnavailable when the copy is missing or old."""
    _check(source)
    kind = KeyKind(source.connector.contact_key)
    wanted: dict[str, list[str]] = defaultdict(list)
    for key in dict.fromkeys(keys):
        wanted[kind.normal_form(key)].append(key)
    lists: dict[str, list[RowDict]] = defaultdict(list)
    found = STATEMENTS.rows(
        "select_copied",
        {"source_id": source.pk, "keys": list(wanted), "most": source.rows_per_contact + 1},
    )
    for key, cells in found:
        lists[key].append(cells)
    return Fetched.under_given_keys(lists, wanted, source.rows_per_contact)


def insert_keys(source: DataSource, where: Condition, *, into: str, calendar: Calendar) -> int:
    """Put the distinct keys of matching rows into a table with a column ``key``."""
    _check(source)
    statement = sql.SQL("INSERT INTO {} (key) {}").format(
        sql.Identifier(into), _matching(source, where, calendar)
    )
    # On psycopg's own cursor and without parameters: values are literals, and a per cent sign in
    # one of them is no placeholder.
    return own_connection().execute(statement).rowcount


def first_rows(source: DataSource, most: int) -> list[RowDict]:
    """Return the first rows of the copy."""
    rows = STATEMENTS.rows("select_first_copied", {"source_id": source.pk, "most": most})
    return [cells for (cells,) in rows]


def _check(source: DataSource) -> None:
    """Raise SourceUnavailable when there is no copy that may be used."""
    copy = Copy.objects.get(source_id=source.pk)
    if copy.copied_at is None:
        why = f" ({copy.error})" if copy.error else ""
        raise SourceUnavailable(Cause.LOST, f"Its rows are not copied yet{why}.")
    if timezone.now() - copy.copied_at > dt.timedelta(minutes=copy.oldest_minutes):
        since = copy.copied_at.strftime("%Y-%m-%d %H:%M UTC")
        raise SourceUnavailable(
            Cause.LOST, f"Its copy of {since} is older than allowed. {copy.error}".strip()
        )


def _matching(source: DataSource, where: Condition, calendar: Calendar) -> sql.Composed:
    """Return the statement of the keys; only the columns that are asked for are made."""
    description = _description(source)
    asked = sorted(set(_columns_in(where)))
    columns = [sql.SQL("r.key AS {}").format(sql.Identifier("*key"))]
    columns += [_from_cells(description.column(name)) for name in asked]
    return sql.SQL(
        "SELECT DISTINCT t.{key} FROM (SELECT {columns} FROM sources_copied AS r"
        " WHERE r.source_id = {source} AND r.generation ="
        " (SELECT c.generation FROM sources_copy AS c WHERE c.source_id = {source})) AS t"
        " WHERE {where}"
    ).format(
        key=sql.Identifier("*key"),  # no column of a sheet or table is called so
        columns=sql.SQL(", ").join(columns),
        source=sql.Literal(source.pk),
        where=printed(where, description, calendar=calendar),
    )


def _description(source: DataSource) -> Description:
    columns = []
    for column in source.columns:
        kind = Kind(column["kind"])
        base = BASES.get(kind, "text")
        columns.append(PlainColumn(column["name"], column["type"], kind, base=base))
    return Description(source.schema, source.table, tuple(columns))


def _from_cells(column: PlainColumn) -> sql.Composed:
    name = sql.Identifier(column.name)
    cell = sql.SQL("r.cells -> {}").format(sql.Literal(column.name))
    if column.kind is Kind.JSON:
        return sql.SQL("({}) AS {}").format(cell, name)
    if column.kind is Kind.LIST:
        return sql.SQL(
            "CASE WHEN jsonb_typeof({cell}) = 'array'"
            " THEN ARRAY(SELECT jsonb_array_elements_text({cell})) END AS {name}"
        ).format(cell=cell, name=name)
    return sql.SQL("(r.cells ->> {})::{} AS {}").format(
        sql.Literal(column.name), sql.SQL(BASES.get(column.kind, "text")), name
    )


def _columns_in(where: Condition) -> Iterable[str]:
    match where:
        case Comparing(column):
            yield column
        case AllOf(parts) | AnyOf(parts) | NoneOf(parts):
            for part in parts:
                yield from _columns_in(part)
