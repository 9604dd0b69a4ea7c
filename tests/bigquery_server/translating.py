"""What sqlglot leaves to us: addresses, INSERT ROW, arrays in IN, INFORMATION_SCHEMA, DDL."""

import re

from sqlglot import exp

from bigquery_server import shapes
from bigquery_server.refusals import not_found
from bigquery_server.store import Store

ROW = "__whole_row__"


def before_parsing(text: str) -> str:
    """Return a query without what the parser does not know."""
    text = re.sub(r"\bINSERT\s+ROW\b", f"INSERT ({ROW}) VALUES ({ROW})", text, flags=re.IGNORECASE)
    return re.sub(r"\bNOT\s+ENFORCED\b", "", text, flags=re.IGNORECASE)


def address_of(table: exp.Table) -> tuple[str, str] | None:
    """Return dataset and name; None for what has no dataset, a name of the query itself."""
    return (table.db, table.name) if table.db else None


def target_of(statement: exp.Expression) -> tuple[str, str]:
    """Return what a statement changes."""
    table = statement.this if not isinstance(statement, exp.TruncateTable) else statement
    found = table if isinstance(table, exp.Table) else table.find(exp.Table)
    assert found is not None
    return found.db, found.name


def translated(store: Store, statement: exp.Expression) -> exp.Expression:
    """Return the statement for DuckDB; raise Refused for a table that is not there."""
    made = target_of(statement) if isinstance(statement, exp.Create) else None
    tree = statement.copy().transform(lambda node: _node(store, node, made))
    for when in tree.find_all(exp.When):
        _whole_row(store, tree, when)
    return _plain(tree) if isinstance(tree, exp.Create) else tree


def mirrored(store: Store, statement: exp.Expression) -> None:
    """Tell the metadata what a statement made or dropped."""
    if not isinstance(statement, (exp.Create, exp.Drop, exp.Alter)):
        return
    dataset, name = target_of(statement)
    if isinstance(statement, exp.Drop):
        store.tables.pop((dataset, name), None)
        return
    found = store.duck.sql(f"SELECT * FROM {shapes.quoted(dataset)}.{shapes.quoted(name)} LIMIT 0")
    fields = shapes.fields_of(found.to_arrow_table(), [str(one) for one in found.types])
    is_view = isinstance(statement, exp.Create) and statement.args["kind"] == "VIEW"
    before = store.tables.pop((dataset, name), {})
    told = {
        **{k: before[k] for k in ("labels", "timePartitioning", "clustering") if k in before},
        "tableReference": {"projectId": store.project, "datasetId": dataset, "tableId": name},
        "schema": {"fields": fields},
    }
    if is_view:
        told["view"] = {"query": statement.expression.sql(dialect="bigquery")}
    store.tables[dataset, name] = {}
    _take(store, dataset, name, told)


def _take(store: Store, dataset: str, name: str, told: dict) -> None:
    """Keep metadata of a table that DuckDB has already."""
    create, store._create = store._create, lambda *_: None  # type: ignore[method-assign]
    try:
        del store.tables[dataset, name]
        store.insert_table(dataset, told)
    finally:
        store._create = create  # type: ignore[method-assign]


def _node(store: Store, node: exp.Expression, made: tuple[str, str] | None) -> exp.Expression:
    if isinstance(node, exp.Table):
        return _table(store, node, made)
    if isinstance(node, exp.In) and isinstance(node.args.get("unnest"), exp.Unnest):
        values = node.args["unnest"].expressions[0]
        found = exp.Subquery(this=exp.select(exp.Anonymous(this="unnest", expressions=[values])))
        return exp.In(this=node.this, query=found)
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.DECIMAL:
        return exp.DataType.build("DECIMAL(38, 9)", dialect="duckdb")
    return node


def _table(store: Store, node: exp.Table, made: tuple[str, str] | None) -> exp.Expression:
    parts = [part.name for part in node.parts]
    if len(parts) > 1 and "INFORMATION_SCHEMA" in parts[-1].upper().split(".")[0]:
        parts = [*parts[:-1], *parts[-1].split(".")]
    if len(parts) > 2 and parts[-2].upper() == "INFORMATION_SCHEMA":
        return _information(store, parts[-3], parts[-1].upper(), node.alias)
    place = address_of(node)
    if place is None:
        return node
    if node.catalog and node.catalog != store.project:
        raise not_found("Project", node.catalog)
    if place != made:
        store.table(*place)
    node.set("catalog", None)
    return node


def _information(store: Store, dataset: str, view: str, alias: str) -> exp.Expression:
    """Return rows of INFORMATION_SCHEMA as a subquery."""
    store.dataset(dataset)
    tables = [(name, t) for (home, name), t in sorted(store.tables.items()) if home == dataset]
    if view == "COLUMNS":
        columns = ["table_name", "column_name", "ordinal_position", "data_type"]
        rows = [
            (name, field["name"], place, _spelt(field["type"]))
            for name, table in tables
            for place, field in enumerate(table["schema"]["fields"], 1)
        ]
    elif view == "TABLES":
        columns = ["table_name", "table_type"]
        rows = [(n, "BASE TABLE" if t["type"] == "TABLE" else t["type"]) for n, t in tables]
    else:
        raise not_found("Table", f"{dataset}.INFORMATION_SCHEMA.{view}")
    if not rows:
        nothing = exp.select(*[exp.alias_(exp.null(), name) for name in columns]).where("false")
        return nothing.subquery(alias or view.lower())
    return exp.values(rows, alias=alias or view.lower(), columns=columns)


def _spelt(type_: str) -> str:
    return {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}.get(type_, type_)


def _whole_row(store: Store, tree: exp.Expression, when: exp.When) -> None:
    """Spell INSERT ROW out: the source's columns of the target's names."""
    then = when.args["then"]
    if not isinstance(then, exp.Insert) or ROW not in then.sql():
        return
    dataset, name = target_of(tree)
    source = tree.args["using"].alias_or_name
    names = [field["name"] for field in store.table(dataset, name)["schema"]["fields"]]
    then.set("this", exp.Tuple(expressions=[exp.column(n, quoted=True) for n in names]))
    values = [exp.column(n, table=source, quoted=True) for n in names]
    then.set("expression", exp.Tuple(expressions=values))


def _plain(tree: exp.Create) -> exp.Create:
    """Take partitions, clusters, options and keys off: DuckDB has none of them."""
    tree.set("properties", None)
    for constraint in list(tree.find_all(exp.PrimaryKey)):
        constraint.pop()
    return tree
