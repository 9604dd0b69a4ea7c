"""Counts and checksums by day: one expression, that each kind of destination can say, too.

A row's print is the first 48 bits of the MD5 of its columns as text, joined by U+001F, NULL being
U+001E; a day's checksum is the sum of them modulo 2^64, so order is nothing.  As text: times as
``YYYY-MM-DD HH:MM:SS`` in UTC, floats as whole ten-thousandths, all else as it is.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
from psycopg import sql

from sanderling.exports.datasets.columns import Dataset, Dialect
from sanderling.exports.destinations.protocol import Shape, Sum, Sums

MODULUS = 2**64
TEXTS = {"double precision": "round(r.{}::numeric * 10000)::bigint::text"}
USUAL = "r.{}::text"


def shape_of(dataset: Dataset, names: Iterable[str], limits: Mapping[str, int]) -> Shape:
    """Return what can be compared of a table that has these columns."""
    return Shape(tuple(name for name in names if name not in dataset.momentary), limits)


def sums(
    connection: psycopg.Connection[Any],
    dataset: Dataset,
    dialect: Dialect,
    shape: Shape,
    rows: sql.Composed,
    params: dict[str, Any] | None = None,
) -> Sums:
    """Return rows and checksums by day; texts are cut as their column there cuts them."""
    day = sql.SQL("r.{}::date").format(sql.Identifier(dataset.day)) if dataset.day else None
    print_ = sql.SQL(
        "('x' || left(md5(convert_to(concat_ws(E'\\x1f', {}), 'UTF8')), 12))::bit(48)::bigint"
    ).format(sql.SQL(", ").join(_texts(dataset, dialect, shape)))
    query = sql.SQL("SELECT {}, count(*), sum({})::numeric %% {} FROM ({}) AS r GROUP BY 1").format(
        day or sql.SQL("NULL::date"), print_, MODULUS, rows
    )
    cursor = psycopg.ClientCursor(connection)
    cursor.execute(query, params or {})
    return {day: Sum(count, int(total)) for day, count, total in cursor.fetchall()}


def _texts(dataset: Dataset, dialect: Dialect, shape: Shape) -> Iterable[sql.Composed]:
    """Yield each column as text; NULL must not read like an empty text."""
    columns = dataset.columns_in(dialect)
    for name in shape.names:
        text = sql.SQL(TEXTS.get(columns[name].wire, USUAL)).format(sql.Identifier(name))
        if name in shape.limits:
            text = sql.SQL("left({}, {})").format(text, shape.limits[name])
        yield sql.SQL("COALESCE({}, E'\\x1e')").format(text)
