"""GoogleSQL of ours (``sql``): how staged rows meet those that are there.

A MERGE pays for all of its target unless constants on the partitioning column say which months it
needs, so the bounds of the staged rows stand in it as literals; a join never prunes.  Clustered
columns of numbers are bounded the same way.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from sanderling.connectors.drivers.bigquery.parquet import Bounds
from sanderling.connectors.drivers.bigquery.tables import Target

LINE = "_sanderling_line"  # tells a row of the table from a parent whose rows are replaced


def staged_types(target: Target) -> dict[str, str]:
    """Return the columns of the staging table; JSON waits there as text."""
    types = {name: "STRING" if t == "JSON" else t for name, t in target.types.items()}
    return {**types, LINE: "BOOL"} if target.parent else types


def bounded(target: Target) -> tuple[str, ...]:
    """Return the columns whose bounds the statements need."""
    if target.parent:
        return (target.parent,)
    names = (target.partition,) if target.partition and target.is_fixed else ()
    return (*names, *_number_of_key(target))


def merge(target: Target, table: str, staging: str, bounds: Mapping[str, Bounds]) -> str:
    """Return the statement that upserts the staged rows."""
    others = [name for name in target.types if name not in target.key]
    differ = " OR ".join(_differs(target, name) for name in others)
    sets = ", ".join(f"{_q(name)} = {_value(target, name)}" for name in others)
    same = [f"T.{_q(name)} = S.{_q(name)}" for name in target.key]
    return _said(
        "merge_rows",
        table=_q(table),
        staging=_q(staging),
        names=", ".join(map(_q, target.types)),
        keys=", ".join(map(_q, target.key)),
        values=", ".join(_value(target, name) for name in target.types),
        condition=" AND ".join([*same, *_conditions(bounds)]),
        matched=f" WHEN MATCHED AND ({differ}) THEN\n      UPDATE SET {sets}" if others else "",
    )


def replace(target: Target, table: str, staging: str, bounds: Mapping[str, Bounds]) -> str:
    """Return the script that replaces all rows of the staged parents, in one transaction."""
    return _said(
        "replace_rows",
        table=_q(table),
        staging=_q(staging),
        parent=_q(target.parent),
        line=_q(LINE),
        names=", ".join(map(_q, target.types)),
        values=", ".join(_value(target, name) for name in target.types),
        condition=" AND ".join(_conditions(bounds)) or "TRUE",
    )


def forget(table: str, columns: Iterable[str]) -> str:
    """Return the statement that deletes the rows whose keys are in ``@keys``."""
    names = list(columns)
    members = ", ".join(f"T.{_q(name)} AS {_q(name)}" for name in names)
    key = f"T.{_q(names[0])}" if len(names) == 1 else f"STRUCT({members})"
    return _said("forget_rows", table=_q(table), key=key)


def sweep(table: str, kept: str, columns: Iterable[str]) -> str:
    """Return the statement that deletes the rows whose key is not among those that are kept."""
    same = " AND ".join(f"S.{_q(name)} = T.{_q(name)}" for name in columns)
    return _said("sweep_rows", table=_q(table), kept=_q(kept), condition=same)


def empty(table: str) -> str:
    """Return the statement that takes all rows out."""
    return _said("empty_table", table=_q(table))


def count(table: str) -> str:
    """Return the query that counts."""
    return _said("count_rows", table=_q(table))


def sums(table: str, types: Mapping[str, str], names: Iterable[str], day: str) -> str:
    """Return the query for counts and checksums by day."""
    texts = ", CHR(31), ".join(_text(name, types[name]) for name in names)
    by = f"DATE(R.{_q(day)})" if day else "CAST(NULL AS DATE)"
    return _said("sum_days", table=_q(table), texts=texts, day=by)


def _said(name: str, **parts: str) -> str:
    """Return a statement with quoted names and literals in its places."""
    return _template(name).format(**parts)


@cache
def _template(name: str) -> str:
    """Return a file of ``sql`` without its comments: customers see statements among their jobs."""
    text = resources.files(__package__).joinpath("sql", f"{name}.sql").read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("--"))


def _text(name: str, type_: str) -> str:
    column = f"R.{_q(name)}"
    match type_:
        case "TIMESTAMP":
            text = f"FORMAT_TIMESTAMP('%Y-%m-%d %H:%M:%S', {column})"
        case "FLOAT64":
            text = f"CAST(CAST(ROUND(CAST({column} AS NUMERIC) * 10000) AS INT64) AS STRING)"
        case "STRING":
            text = column
        case _:
            text = f"CAST({column} AS STRING)"
    return f"COALESCE({text}, CHR(30))"


def _value(target: Target, name: str) -> str:
    return f"PARSE_JSON(S.{_q(name)})" if target.types[name] == "JSON" else f"S.{_q(name)}"


def _differs(target: Target, name: str) -> str:
    if target.types[name] != "JSON":
        return f"T.{_q(name)} IS DISTINCT FROM S.{_q(name)}"
    mine = f"TO_JSON_STRING(PARSE_JSON(S.{_q(name)}))"  # JSON knows no equality
    return f"TO_JSON_STRING(T.{_q(name)}) IS DISTINCT FROM {mine}"


def _conditions(bounds: Mapping[str, Bounds]) -> list[str]:
    return [_between(f"T.{_q(name)}", found) for name, found in bounds.items()]


def _between(column: str, bounds: Bounds) -> str:
    if bounds.least is None:
        return f"{column} IS NULL"
    between = f"{column} BETWEEN {_literal(bounds.least)} AND {_literal(bounds.most)}"
    return f"({between} OR {column} IS NULL)" if bounds.has_null else between


def _literal(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP '{value:%Y-%m-%d %H:%M:%S}+00:00'"
    return str(int(value))


def _number_of_key(target: Target) -> tuple[str, ...]:
    return tuple(name for name in target.key[:1] if target.types[name] == "INT64")


def _q(name: str) -> str:
    """Quote a name; ours have no backtick, and a dataset's name is checked."""
    assert not set("`\\") & set(name)
    return f"`{name}`"
