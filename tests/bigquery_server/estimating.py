"""How many bytes a query reads: whole columns, whole months; as a price list counts, no engine.

A month is left out only by constants on the partitioning column: a join never prunes.
"""

from typing import Any

from sqlglot import exp

from bigquery_server import shapes
from bigquery_server.refusals import not_found
from bigquery_server.store import Store
from bigquery_server.translating import address_of

CHANGES = (exp.Merge, exp.Update, exp.Delete)


def tables_of(store: Store, statement: exp.Expression) -> list[exp.Table]:
    """Return the tables that are read, each as often as it is."""
    if isinstance(statement, (exp.TruncateTable, exp.Create, exp.Drop, exp.Alter)):
        return []
    found = [one for one in statement.find_all(exp.Table) if address_of(one) in store.tables]
    if isinstance(statement, exp.Insert):
        found = [
            one for one in found if one is not statement.this and one.parent is not statement.this
        ]
    return found


def bytes_of(store: Store, statement: exp.Expression) -> int:
    """Return the bytes that a statement processes."""
    for table in statement.find_all(exp.Table):
        if not isinstance(statement, exp.Create) and _is_missing(store, table):
            raise not_found("Table", f"{store.project}:{table.db}.{table.name}")
    return sum(_bytes(store, statement, table) for table in tables_of(store, statement))


def _is_missing(store: Store, table: exp.Table) -> bool:
    place = address_of(table)
    known = place is None or "INFORMATION_SCHEMA" in table.sql().upper()
    return not known and not store.has(*place)  # type: ignore[misc]


def _bytes(store: Store, statement: exp.Expression, table: exp.Table) -> int:
    resource = store.table(table.db, table.name)
    if resource["type"] != "TABLE":
        return 0
    names = {column.name for column in statement.find_all(exp.Column)}
    is_changed = isinstance(statement, CHANGES) and statement.this is table
    whole = is_changed and not _only_inserts(statement)
    if whole or any(statement.find_all(exp.Star)) or not names:
        names = {field["name"] for field in resource["schema"]["fields"]}
    return store.size(resource, names, _pruned(statement, table, resource))


def _only_inserts(statement: exp.Expression) -> bool:
    whens = list(statement.find_all(exp.When))
    return bool(whens) and all(isinstance(w.args["then"], exp.Insert) for w in whens)


def _pruned(statement: exp.Expression, table: exp.Table, resource: dict[str, Any]) -> str:
    """Return a condition on the months that are read."""
    field = resource.get("timePartitioning", {}).get("field")
    if not field:
        return "true"
    conditions, nulls = [], False
    for between in statement.find_all(exp.Between):
        column = between.this
        is_ours = isinstance(column, exp.Column) and column.name == field
        if not is_ours or column.table not in {"", table.alias_or_name} or _has_columns(between):
            continue
        alone, with_null = _stands(between, field)
        if alone or with_null:
            nulls = nulls or with_null
            low, high = (between.args[side].sql(dialect="duckdb") for side in ("low", "high"))
            month = f"date_trunc('month', t.{shapes.quoted(field)})"
            conditions.append(
                f"{month} BETWEEN date_trunc('month', {low}) AND date_trunc('month', {high})"
            )
    if not conditions:
        return "true"
    found = " AND ".join(conditions)
    return f"({found}) OR t.{shapes.quoted(field)} IS NULL" if nulls else found


def _has_columns(between: exp.Between) -> bool:
    return any(side.find(exp.Column) for side in (between.args["low"], between.args["high"]))


def _stands(node: exp.Expression, field: str) -> tuple[bool, bool]:
    """Return whether a condition binds always, and whether it does but for NULL."""
    with_null = False
    while node.parent is not None:
        parent = node.parent
        if isinstance(parent, exp.Or):
            other = parent.right if parent.left is node else parent.left
            other = other.unnest()
            is_null = isinstance(other, exp.Is) and other.this.name == field
            if not is_null:
                return False, False
            with_null = True
        elif not isinstance(parent, (exp.And, exp.Paren)):
            return not with_null, with_null
        node = parent
    return not with_null, with_null
