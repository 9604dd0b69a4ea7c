"""The keys of the rows that meet a condition, streamed as COPY blocks.

A segment over a customer's table never pulls his rows here: the condition goes there, and what
comes back is one column, undecoded (1M keys in 1.3 s and no memory; exports.md, §6).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from sanderling.connectors.drivers.conditions import Calendar, Condition
from sanderling.connectors.drivers.outages import SourceUnavailable
from sanderling.connectors.drivers.postgres import describing
from sanderling.connectors.drivers.postgres.conditions import printed
from sanderling.connectors.drivers.postgres.matching import normal_form
from sanderling.connectors.drivers.postgres.opening import Connection
from sanderling.connectors.drivers.postgres.pooling import reading
from sanderling.connectors.drivers.postgres.settings import ConnectionSettings
from sanderling.connectors.drivers.tables import KeyKind

Block = bytes | bytearray | memoryview
Sink = Callable[[Block], object]


@dataclass(frozen=True)
class Estimate:
    """What the customer's planner expects: rows, and cost in his planner's units."""

    rows: int
    cost: float
    is_scan: bool


class _SinkFailed(Exception):
    """Carries an error of the receiving side past the explanations of this side."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def copy_keys(
    settings: ConnectionSettings,
    schema: str,
    table: str,
    *,
    key_column: str,
    key_kind: KeyKind,
    where: Condition,
    into: Sink,
    calendar: Calendar | None = None,
    statement_timeout: float = 120.0,
) -> int:
    """Send the distinct keys in normal form to ``into`` as COPY text; return how many.

    ``into`` may be psycopg's ``copy.write`` of ``COPY staging (key) FROM STDIN``: the blocks are
    one text column, one line a key.

    Raises SourceUnavailable with the cause; WrongCondition when the condition does not fit.
    """
    try:
        with reading(settings, statement_timeout=statement_timeout) as connection:
            query = _query(
                connection, settings, schema, table, key_column, key_kind, where, calendar
            )
            return _streamed(connection, query, into)
    except _SinkFailed as failed:
        raise failed.error from None
    except SourceUnavailable:
        describing.forget(settings)
        raise


def estimate(
    settings: ConnectionSettings,
    schema: str,
    table: str,
    *,
    key_column: str,
    key_kind: KeyKind,
    where: Condition,
    calendar: Calendar | None = None,
) -> Estimate:
    """Return what the customer's planner thinks of this condition; the rows are not read."""
    with reading(settings) as connection:
        query = _query(connection, settings, schema, table, key_column, key_kind, where, calendar)
        explain = sql.SQL("EXPLAIN (FORMAT JSON) {}").format(query)
        row = connection.execute(explain).fetchone()
    assert row is not None
    plan = (row[0] if isinstance(row[0], list) else json.loads(row[0]))[0]["Plan"]
    return Estimate(
        rows=int(plan["Plan Rows"]),
        cost=float(plan["Total Cost"]),
        is_scan="Seq Scan" in _node_types(plan),
    )


def _query(
    connection: Connection,
    settings: ConnectionSettings,
    schema: str,
    table: str,
    key_column: str,
    key_kind: KeyKind,
    where: Condition,
    calendar: Calendar | None,
) -> sql.Composed:
    description = describing.described(connection, settings, schema=schema, table=table)
    column = description.column(key_column)
    return sql.SQL(
        "SELECT DISTINCT {key} FROM {table} WHERE ({where}) AND {name} IS NOT NULL"
    ).format(
        key=normal_form(column, key_kind),
        table=description.name,
        where=printed(where, description, calendar=calendar or Calendar()),
        name=sql.Identifier(key_column),
    )


def _streamed(connection: Connection, query: sql.Composed, into: Sink) -> int:
    with connection.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY ({}) TO STDOUT").format(query)) as copy:
            for block in copy:
                _given(into, block)
        return cursor.rowcount


def _given(into: Sink, block: Block) -> None:
    try:
        into(block)
    except Exception as error:
        raise _SinkFailed(error) from error


def _node_types(plan: dict[str, Any]) -> set[str]:
    inner = (_node_types(part) for part in plan.get("Plans", ()))
    return {str(plan["Node Type"])}.union(*inner)
