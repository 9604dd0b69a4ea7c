"""Keys of the customer's rows come into temporary tables of this transaction.

Each condition on a source is asked once, however often it occurs; COPY passes the keys from
server to server as bytes.  The tables drop themselves at the end of the transaction, and every
call names its own, so that two evaluations in one transaction do not meet.
"""

import itertools
import time
from collections.abc import Iterable, Iterator, Mapping

from django.db import connection
from psycopg import sql

from sanderling.lib.errors import SanderlingError
from sanderling.postgres.statements import execute
from sanderling.segments.compiling import Keys, Scope, tree_of_segment
from sanderling.segments.nodes import Condition, Group, InSegment, Not, SourceRows
from sanderling.segments.pushing import EVERY_ROW, calendar_of, pushed_down
from sanderling.segments.simplifying import simplify
from sanderling.sources import saving as sources
from sanderling.sources.contact_keys import key_expression
from sanderling.sources.matching import put_matching_keys

LEAST_PATIENCE = 0.1  # seconds; 0 would mean no limit to PostgreSQL
_numbers = itertools.count(1)


class NeedsTransaction(SanderlingError):
    """A segment over a data source can only be evaluated inside a transaction."""

    status = 500


def fetch_keys(
    conditions: Iterable[Condition], scope: Scope, *, patience: float
) -> dict[SourceRows, Keys]:
    """Return where the keys of every source condition lie; ``patience`` is seconds for all.

    Raises SourceUnavailable when the customer's database does not answer in time.
    """
    asked = [leaf for condition in conditions for leaf in _asked(condition, scope, within=())]
    if asked and not connection.in_atomic_block:
        raise NeedsTransaction
    tables: dict[SourceRows, str] = {}
    until = time.monotonic() + patience
    for leaf, negated in asked:
        for rows in (leaf, _everything(leaf)) if negated else (leaf,):
            if rows not in tables:
                left = max(until - time.monotonic(), LEAST_PATIENCE)
                tables[rows] = _fetched(rows, scope, left)
    return {leaf: _keys(leaf, tables, scope) for leaf, _ in asked}


def sources_in(condition: Condition, scope: Scope) -> list[SourceRows]:
    """Return the conditions on sources, those of nested segments included."""
    return [leaf for leaf, _ in _asked(condition, scope, within=())]


def _asked(
    condition: Condition, scope: Scope, *, within: tuple[int, ...]
) -> Iterator[tuple[SourceRows, bool]]:
    """Yield every condition on a source, and whether it stands negated."""
    yield from _walked(simplify(condition), scope, within)


def _walked(
    condition: Condition, scope: Scope, within: tuple[int, ...]
) -> Iterator[tuple[SourceRows, bool]]:
    match condition:
        case Group(_, parts):
            for part in parts:
                yield from _walked(part, scope, within)
        case Not(SourceRows() as rows):
            yield rows, True
        case Not(part):
            yield from _walked(part, scope, within)
        case SourceRows():
            yield condition, False
        case InSegment(segment_id):
            inner = tree_of_segment(segment_id, scope.catalogue, within=within)
            yield from _asked(inner, scope, within=(*within, segment_id))


def _everything(leaf: SourceRows) -> SourceRows:
    return SourceRows(leaf.source_id, EVERY_ROW)


def _fetched(leaf: SourceRows, scope: Scope, patience: float) -> str:
    """Fill a new temporary table with the keys; return its name."""
    source = sources.get(scope.organisation_id, leaf.source_id)
    name = f"segments_keys_{next(_numbers)}"
    table = sql.Identifier(name)
    execute(sql.SQL("CREATE TEMPORARY TABLE {} (key text) ON COMMIT DROP").format(table))
    put_matching_keys(
        source,
        pushed_down(leaf.where, scope.clock),
        table=name,
        calendar=calendar_of(scope.clock),
        statement_timeout=patience,
    )
    # Without statistics the planner takes the table for tiny and loops over it.
    execute(sql.SQL("ANALYZE {}").format(table))
    return name


def _keys(leaf: SourceRows, tables: Mapping[SourceRows, str], scope: Scope) -> Keys:
    source = sources.get(scope.organisation_id, leaf.source_id)
    return Keys(
        operand=key_expression(source.connector),
        matching=tables[leaf],
        present=tables.get(_everything(leaf), ""),
    )
