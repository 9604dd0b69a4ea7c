"""How PostgreSQL finds the people of a condition: in plain words, and its own plan below them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _
from psycopg import sql

from sanderling.accounts.models import Organisation
from sanderling.connectors.drivers.tables import Reading
from sanderling.postgres.statements import fetch, fetch_value
from sanderling.segments.compiling import Scope, scope_of
from sanderling.segments.evaluating import evaluated_in
from sanderling.segments.external import sources_in
from sanderling.segments.nodes import Condition, SourceRows
from sanderling.segments.pushing import calendar_of, pushed_down
from sanderling.sources import matching
from sanderling.sources import saving as sources

PATIENCE = 15.0
TABLES = {
    "contacts_contact": "contacts",
    "contacts_listmember": "members of lists",
    "activities_rollup": "totals of activity",
    "events_event": "events",
    "events_type": "types of events",
    "orders_order": "orders",
}


@dataclass(frozen=True)
class Explanation:
    """The plan in words, line by line, and as PostgreSQL writes it."""

    lines: list[str]
    plan: str
    statement: str


def explain(condition: Condition, organisation: Organisation) -> Explanation:
    """Return how the people of a condition are found; nobody is counted."""
    scope = scope_of(organisation)
    asked = [_asked(leaf, scope) for leaf in sources_in(condition, scope)]
    with transaction.atomic():
        compiled = evaluated_in(scope, condition, patience=PATIENCE)
        statement = sql.SQL(cast("Any", compiled.sql))
        as_json = sql.SQL("EXPLAIN (FORMAT JSON) {}").format(statement)
        tree = fetch_value(as_json, compiled.params)
        as_text = sql.SQL("EXPLAIN {}").format(statement)
        plan = "\n".join(row[0] for row in fetch(as_text, compiled.params))
    root = (json.loads(tree) if isinstance(tree, str) else tree)[0]["Plan"]
    lines = [*asked, *dict.fromkeys(_lines(root)), _expected(root)]
    return Explanation(lines, plan, compiled.sql)


def _asked(leaf: SourceRows, scope: Scope) -> str:
    source = sources.get(scope.organisation_id, leaf.source_id)
    where = pushed_down(leaf.where, scope.clock)
    found = matching.estimate(source, where, calendar=calendar_of(scope.clock))
    if found is None:
        return _("The copy of %(table)s that is kept here is read for the keys.") % {
            "table": f"{source.schema}.{source.table}"
        }
    if isinstance(found, Reading):
        megabytes = f"{found.bytes / 1e6:,.1f}"
        return _(
            "BigQuery reads %(megabytes)s MB of %(table)s each time; it bills 10 MB at least."
        ) % {"megabytes": megabytes, "table": f"{source.schema}.{source.table}"}
    words = (
        _("The customer's database reads all of %(table)s for about %(rows)s keys.")
        if found.is_scan
        else _("The customer's database finds about %(rows)s keys in %(table)s by an index.")
    )
    return words % {"table": f"{source.schema}.{source.table}", "rows": f"{found.rows:,}"}


def _lines(plan: dict[str, Any]) -> Iterator[str]:
    """Yield what is read, in the order in which PostgreSQL reads it."""
    for part in plan.get("Plans", ()):
        yield from _lines(part)
    table = plan.get("Relation Name", "")
    if table.startswith("segments_keys_"):
        yield _("The keys from the data source are joined with contacts.")
    elif table:
        yield _read(plan["Node Type"], _named(table), plan.get("Index Name", ""))


def _named(table: str) -> str:
    """Return what a table holds; a month's partition counts as its table."""
    base = next((name for name in TABLES if table.startswith(name)), table)
    return TABLES.get(base, base)


def _read(node: str, what: str, index: str) -> str:
    if node == "Seq Scan":
        return _("All %(what)s are read.") % {"what": what}
    if index:
        return _("The %(what)s are found by the index %(index)s.") % {"what": what, "index": index}
    return _("The %(what)s are found by an index.") % {"what": what}


def _expected(plan: dict[str, Any]) -> str:
    rows = f"{int(plan['Plan Rows']):,}"
    return _("PostgreSQL expects about %(rows)s people.") % {"rows": rows}
