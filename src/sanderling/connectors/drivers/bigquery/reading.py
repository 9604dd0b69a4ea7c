"""Rows by key, and keys by condition: one query each, with a cap on what it may cost.

Keys go as one array parameter (a query may have 10,000 parameters and 10 MB in all).  Each query
bills at least 10 MB for each table, so messages ask for a whole batch at once; a table that is
asked often is better kept as a copy.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sanderling.connectors.drivers.bigquery.browsing import described
from sanderling.connectors.drivers.bigquery.cells import as_dict
from sanderling.connectors.drivers.bigquery.conditions import dialect_of, quoted
from sanderling.connectors.drivers.bigquery.opening import RETRY, TIMEOUT, Session, connect
from sanderling.connectors.drivers.bigquery.settings import BigQuerySettings
from sanderling.connectors.drivers.bigquery.working import Jobs
from sanderling.connectors.drivers.conditions import Calendar, Condition
from sanderling.connectors.drivers.tables import Column, Fetched, KeyKind, RowDict, TooManyRows

KEYS_A_QUERY = 5_000
PAGE = 5_000
KEY = "_sanderling_key"
Block = bytes


def rows_of(
    settings: BigQuerySettings,
    dataset: str,
    table: str,
    *,
    key_column: str,
    keys: Iterable[str],
    key_kind: KeyKind,
    limit_per_key: int = 100,
    row_budget: int = 100_000,
) -> Fetched:
    """Return the rows of these contacts' keys; those of one key are in no particular order.

    Raises SourceUnavailable with the cause, TooManyRows beyond ``row_budget``.
    """
    wanted: dict[str, list[str]] = defaultdict(list)
    for key in dict.fromkeys(keys):
        wanted[key_kind.normal_form(key)].append(key)
    if not wanted:
        return Fetched({})
    lists: dict[str, list[RowDict]] = defaultdict(list)
    with connect(settings) as session:
        columns, raw = described(session, dataset, table)
        jobs = Jobs(session, str(raw.location))
        for some in _split(list(wanted), KEYS_A_QUERY):
            sql, params = _by_key(columns, raw, key_column, key_kind, some, limit_per_key)
            for row in _rows(session, jobs, sql, params, most=row_budget):
                lists[row.pop(KEY)].append(as_dict(row))
    return Fetched.under_given_keys(lists, wanted, limit_per_key)


def copy_keys(
    settings: BigQuerySettings,
    dataset: str,
    table: str,
    *,
    key_column: str,
    key_kind: KeyKind,
    where: Condition,
    into: Callable[[Block], object],
    calendar: Calendar,
) -> int:
    """Send the distinct keys in normal form to ``into`` as COPY text; return how many."""
    with connect(settings) as session:
        sql, params, location = _keys(
            session, dataset, table, key_column, key_kind, where, calendar
        )
        count = 0
        for row in _rows(session, Jobs(session, location), sql, params):
            into(_escaped(row[KEY]))
            count += 1
    return count


def bytes_of(
    settings: BigQuerySettings,
    dataset: str,
    table: str,
    *,
    key_column: str,
    key_kind: KeyKind,
    where: Condition,
    calendar: Calendar,
) -> int:
    """Return how many bytes the question for these keys would read; nothing is read."""
    with connect(settings) as session:
        sql, params, location = _keys(
            session, dataset, table, key_column, key_kind, where, calendar
        )
        return Jobs(session, location).dry_run(sql, params=params)


def pages(settings: BigQuerySettings, dataset: str, table: str) -> Iterator[list[RowDict]]:
    """Yield all rows, page by page: a table's are read without a query, so nothing is billed."""
    with connect(settings) as session:
        columns, raw = described(session, dataset, table)
        page: list[RowDict] = []
        for row in _everything(session, columns, raw):
            page.append(as_dict(row))
            if len(page) >= PAGE:
                yield page
                page = []
        if page:
            yield page


def _everything(session: Session, columns: list[Column], raw: Any) -> Iterator[dict[str, Any]]:
    if raw.table_type != "TABLE":
        names = ", ".join(quoted(column.name) for column in columns)
        sql = f"SELECT {names} FROM {_table(raw)}"  # noqa: S608 - names are quoted
        yield from _rows(session, Jobs(session, str(raw.location)), sql, [])
        return
    with session.words():
        for row in session.client.list_rows(raw, page_size=PAGE, retry=RETRY, timeout=TIMEOUT):
            yield dict(row.items())


def _by_key(
    columns: list[Column],
    raw: Any,
    key_column: str,
    key_kind: KeyKind,
    keys: list[str],
    limit_per_key: int,
) -> tuple[str, list[Any]]:
    """Return the one statement; a row more than allowed is read per key: so a cut is noticed."""
    dialect = dialect_of(raw.table_id, columns)
    form = _normal_form(dialect.column(key_column), key_kind)
    names = ", ".join(quoted(column.name) for column in columns)
    sql = (
        f"SELECT {form} AS {KEY}, {names} FROM {_table(raw)}"  # noqa: S608 - names are quoted
        f" WHERE {form} IN UNNEST({dialect.array('STRING', keys)})"
        f" QUALIFY ROW_NUMBER() OVER (PARTITION BY {form}) <= {limit_per_key + 1}"
    )
    return sql, dialect.params


def _keys(
    session: Session,
    dataset: str,
    table: str,
    key_column: str,
    key_kind: KeyKind,
    where: Condition,
    calendar: Calendar,
) -> tuple[str, list[Any], str]:
    columns, raw = described(session, dataset, table)
    dialect = dialect_of(raw.table_id, columns)
    form = _normal_form(dialect.column(key_column), key_kind)
    condition = dialect.condition(where, calendar)
    sql = (
        f"SELECT DISTINCT {form} AS {KEY} FROM {_table(raw)}"  # noqa: S608 - names are quoted
        f" WHERE ({condition}) AND {quoted(key_column)} IS NOT NULL"
    )
    return sql, dialect.params, str(raw.location)


def _rows(
    session: Session, jobs: Jobs, sql: str, params: list[Any], *, most: int | None = None
) -> Iterator[dict[str, Any]]:
    job = jobs.query(sql, params=params, most=session.settings.most_bytes)
    with session.words():
        found = job.result(page_size=PAGE, retry=RETRY, timeout=TIMEOUT)
        if most is not None and found.total_rows > most:
            raise TooManyRows(f"More than {most} rows match one batch.")
        for row in found:
            yield dict(row.items())


def _normal_form(column: Column, kind: KeyKind) -> str:
    """Return the expression of a key as both sides compare it."""
    name = quoted(column.name)
    text = name if column.type == "STRING" else f"CAST({name} AS STRING)"
    if kind is KeyKind.EMAIL:
        return f"LOWER(TRIM({text}))"
    return f"REGEXP_REPLACE({text}, r'[^0-9]', '')" if kind is KeyKind.PHONE else text


def _table(raw: Any) -> str:
    return f"`{raw.project}.{raw.dataset_id}.{raw.table_id}`"


def _split(keys: list[str], most: int) -> Iterator[list[str]]:
    for begin in range(0, len(keys), most):
        yield keys[begin : begin + most]


def _escaped(key: str) -> bytes:
    """Return a key as one line of COPY's text form."""
    for sign, escape in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        key = key.replace(sign, escape)
    return f"{key}\n".encode()
