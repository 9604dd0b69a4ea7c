"""GoogleSQL over DuckDB: translated by sqlglot, with BigQuery's own rules held beside it."""

import contextlib
from collections.abc import Iterator
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from bigquery_server import estimating, shapes, translating
from bigquery_server.outcomes import Outcome
from bigquery_server.refusals import Refused, invalid
from bigquery_server.store import Store

NAMES = {
    exp.Merge: "MERGE", exp.Insert: "INSERT", exp.Update: "UPDATE", exp.Delete: "DELETE",
    exp.TruncateTable: "TRUNCATE_TABLE", exp.Transaction: "BEGIN_TRANSACTION",
    exp.Commit: "COMMIT_TRANSACTION", exp.Rollback: "ROLLBACK_TRANSACTION",
    exp.Create: "CREATE", exp.Drop: "DROP_TABLE", exp.Alter: "ALTER_TABLE",
}  # fmt: skip
DML = (exp.Merge, exp.Insert, exp.Update, exp.Delete, exp.TruncateTable)
SMALLEST_BILL = 10 * 2**20  # for each table that is read


def run(store: Store, config: dict[str, Any]) -> Outcome:
    """Run a query or a script; a script that fails leaves no transaction behind."""
    statements, values = _parsed(config), _values(config)
    with _no_transaction_left(store):
        done = [_run(store, one, values, config) for one in statements]
    if len(done) == 1:
        return done[0]
    last = next((one for one in reversed(done) if one.rows is not None), Outcome())
    return Outcome(
        "SCRIPT",
        rows=last.rows,
        types=last.types,
        processed=sum(one.processed for one in done),
        billed=sum(one.billed for one in done),
        children=done,
    )


def dry_run(store: Store, config: dict[str, Any]) -> Outcome:
    """Check a query and say how many bytes it would read."""
    outcome = Outcome("SCRIPT")
    for statement in _parsed(config):
        _check_billing(store, statement)
        outcome.statement = _name(statement)
        outcome.processed += estimating.bytes_of(store, statement)
        if isinstance(statement, (exp.Select, exp.Merge)):
            translated = translating.translated(store, statement)
            store.duck.execute(f"EXPLAIN {translated.sql(dialect='duckdb')}", _values(config))
    return outcome


def _parsed(config: dict[str, Any]) -> list[exp.Expression]:
    if config.get("useLegacySql"):
        raise invalid("Legacy SQL is not served here.", "invalidQuery")
    text = translating.before_parsing(config["query"])
    try:
        return [one for one in sqlglot.parse(text, read="bigquery") if one is not None]
    except ParseError as error:
        raise invalid(f"Syntax error: {error}", "invalidQuery") from error


def _values(config: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: shapes.parameter(one) for one in config.get("queryParameters", [])}


def _run(
    store: Store, statement: exp.Expression, values: dict[str, Any], config: dict[str, Any]
) -> Outcome:
    _check_billing(store, statement)
    outcome = Outcome(_name(statement), processed=estimating.bytes_of(store, statement))
    tables = len(estimating.tables_of(store, statement))
    if tables:
        outcome.billed = max(outcome.processed, tables * SMALLEST_BILL)
    _check_bill(outcome, config)
    wanted = {name: value for name, value in values.items() if _uses(statement, name)}
    if isinstance(statement, exp.Merge):
        _check_one_match(store, statement, wanted)
    translated = translating.translated(store, statement)
    text = translated.sql(dialect="duckdb")
    if isinstance(statement, DML):
        outcome.is_dml = True
        _change(store, statement, text, wanted, outcome)
    elif isinstance(statement, exp.Query):
        found = store.duck.sql(text, params=wanted)
        outcome.rows, outcome.types = found.to_arrow_table(), [str(one) for one in found.types]
    else:
        store.duck.execute(text)
        translating.mirrored(store, statement)
    return outcome


def _change(
    store: Store, statement: exp.Expression, text: str, values: dict[str, Any], outcome: Outcome
) -> None:
    dataset, name = translating.target_of(statement)
    if isinstance(statement, exp.Merge):
        rows = store.duck.execute(f"{text} RETURNING merge_action", values).fetchall()
        actions = [action for (action,) in rows]
        outcome.inserted = actions.count("INSERT")
        outcome.updated = actions.count("UPDATE")
        outcome.deleted = actions.count("DELETE")
    else:
        if isinstance(statement, exp.TruncateTable):
            ((count,),) = store.rows(
                f"SELECT count(*) FROM {shapes.quoted(dataset)}.{shapes.quoted(name)}"
            )
            store.duck.execute(text)
        else:
            ((count,),) = store.duck.execute(text, values).fetchall()
        match statement:
            case exp.Insert():
                outcome.inserted = count
            case exp.Update():
                outcome.updated = count
            case _:
                outcome.deleted = count
    store.touch(dataset, name)


def _check_one_match(store: Store, merge: exp.Merge, values: dict[str, Any]) -> None:
    """Refuse two source rows for one row of the target: DuckDB would take either."""
    tree = translating.translated(store, merge)
    target, source = tree.this.sql(dialect="duckdb"), tree.args["using"].sql(dialect="duckdb")
    alias = tree.this.alias_or_name
    found = store.duck.execute(
        f"SELECT 1 FROM {target} JOIN {source} ON {tree.args['on'].sql(dialect='duckdb')}"
        f" GROUP BY {shapes.quoted(alias)}.rowid HAVING count(*) > 1 LIMIT 1",
        values,
    ).fetchall()
    if found:
        words = "UPDATE/MERGE must match at most one source row for each target row"
        raise invalid(words, "invalidQuery")


def _check_billing(store: Store, statement: exp.Expression) -> None:
    if not store.billing and isinstance(statement, DML):
        words = "Billing has not been enabled for this project. DML queries are not allowed."
        raise Refused(403, "billingNotEnabled", words)


def _check_bill(outcome: Outcome, config: dict[str, Any]) -> None:
    most = int(config.get("maximumBytesBilled") or 0)
    if most and outcome.billed > most:
        words = (
            f"Query exceeded limit for bytes billed: {most}. {outcome.billed} or higher required."
        )
        raise invalid(words, "bytesBilledLimitExceeded")


def _uses(statement: exp.Expression, name: str) -> bool:
    return any(one.name == name for one in statement.find_all(exp.Parameter))


def _name(statement: exp.Expression) -> str:
    name = NAMES.get(type(statement), "SELECT")
    return f"CREATE_{statement.args['kind']}" if name == "CREATE" else name


@contextlib.contextmanager
def _no_transaction_left(store: Store) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(Exception):
            store.duck.execute("ROLLBACK")
        raise
