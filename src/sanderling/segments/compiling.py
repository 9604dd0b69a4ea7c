"""A condition becomes one SELECT of contact ids.

The compiler itself adds the organisation and "not deleted" to every table it names: a tree from
outside can therefore not reach beyond its organisation, whatever it says.  Facts are joined by
``id IN (SELECT contact_id …)``, uncorrelated: PostgreSQL hashes them, and a distributed one
refuses correlated look-ups across its shards.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from psycopg import sql

from sanderling.accounts.models import Organisation
from sanderling.lib.errors import SanderlingError
from sanderling.segments.calendars import Clock
from sanderling.segments.catalogue import Catalogue, catalogue_of
from sanderling.segments.comparing import FALSE, TRUE, Binder, Sql, compare
from sanderling.segments.conditions import BadCondition, parse
from sanderling.segments.facts import Facts
from sanderling.segments.nodes import (
    ActivityWas,
    Condition,
    ContactField,
    EventOccurred,
    Group,
    InList,
    InSegment,
    Not,
    OrdersAre,
    SourceRows,
)
from sanderling.segments.operands import contact_operand
from sanderling.segments.simplifying import simplify

DEEPEST_NESTING = 8  # segments in segments


class NotFetched(SanderlingError):
    """This segment asks a data source; its keys must be fetched before it is compiled."""


class Compiled(NamedTuple):
    """A statement with named parameters; usable as a subquery of a larger one."""

    sql: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Keys:
    """Where the fetched keys of a source condition lie in this transaction.

    ``matching`` and ``present`` are temporary tables of one column ``key``; ``operand`` is the
    contact's own value to look up there, the empty text where it has none.
    """

    operand: Sql
    matching: str
    present: str = ""


@dataclass
class Scope:
    """Everything a compilation needs besides the tree."""

    organisation_id: int
    clock: Clock
    catalogue: Catalogue
    keys: Mapping[SourceRows, Keys] = field(default_factory=dict)
    bind: Binder = field(default_factory=Binder)


def scope_of(organisation: Organisation, *, now: dt.datetime | None = None) -> Scope:
    """Return the scope of an organisation at a moment, now if none is given."""
    clock = Clock(now or dt.datetime.now(dt.UTC), organisation.zone)
    return Scope(organisation.pk, clock, catalogue_of(organisation.pk))


def compile(  # noqa: A001 - the field's word, as in re.compile
    condition: Condition, organisation: Organisation, *, now: dt.datetime | None = None
) -> Compiled:
    """Return the statement of a condition without external parts.

    Conditions on data sources need their keys first: see ``evaluating.evaluated``.
    """
    return people(condition, scope_of(organisation, now=now))


def people(condition: Condition, scope: Scope) -> Compiled:
    """Return ``SELECT c.id …`` of the people of a condition."""
    where = expression(condition, scope)
    query = sql.SQL(
        "SELECT c.id FROM contacts_contact AS c"
        " WHERE c.organisation_id = {} AND c.deleted_at IS NULL AND {}"
    ).format(sql.Literal(scope.organisation_id), where)
    return Compiled(query.as_string(None), scope.bind.params)


def expression(condition: Condition, scope: Scope, *, within: tuple[int, ...] = ()) -> Sql:
    """Return a condition as a boolean over ``contacts_contact AS c``.

    ``within`` are the segments around it, to stop at a circle.
    """
    return _node(simplify(condition), scope, within)


def tree_of_segment(segment_id: int, catalogue: Catalogue, *, within: tuple[int, ...]) -> Condition:
    """Return the parsed condition of a segment used in others; raise BadCondition on a circle."""
    entry = catalogue.segments.get(segment_id)
    if entry is None:
        raise BadCondition(f"The segment {segment_id} no longer exists.")
    if segment_id in within or len(within) >= DEEPEST_NESTING:
        raise BadCondition(f"The segment “{entry.name}” contains itself, or lies too deep.")
    return parse(entry.condition, catalogue)


def _node(condition: Condition, scope: Scope, within: tuple[int, ...]) -> Sql:
    match condition:
        case Group(kind, parts):
            return _group(kind, [_node(part, scope, within) for part in parts])
        case Not(SourceRows() as rows):
            return _source(rows, scope, negated=True)
        case Not(part):
            return sql.SQL("({}) IS NOT TRUE").format(_node(part, scope, within))
        case InSegment(segment_id):
            inner = tree_of_segment(segment_id, scope.catalogue, within=within)
            return expression(inner, scope, within=(*within, segment_id))
    return _leaf(condition, scope)


def _group(kind: str, parts: list[Sql]) -> Sql:
    if not parts:
        return TRUE if kind == "all" else FALSE
    joint = sql.SQL(" AND " if kind == "all" else " OR ")
    return sql.SQL("({})").format(joint.join(parts))


def _leaf(leaf: Condition, scope: Scope) -> Sql:
    facts = Facts(scope.organisation_id, scope.clock, scope.bind)
    match leaf:
        case ContactField(name, test):
            operand = contact_operand(name, scope.catalogue.fields[name].kind)
            return compare(operand, test, bind=scope.bind, clock=scope.clock)
        case InList(list_id):
            return _list(list_id, scope)
        case ActivityWas():
            return facts.activity(leaf)
        case EventOccurred():
            return facts.event(leaf)
        case OrdersAre():
            return facts.orders(leaf)
        case SourceRows():
            return _source(leaf, scope, negated=False)
    raise AssertionError(f"no SQL for {leaf}")


def _list(list_id: int, scope: Scope) -> Sql:
    return sql.SQL(
        "c.id IN (SELECT m.contact_id FROM contacts_listmember AS m"
        " WHERE m.organisation_id = {} AND m.list_id = {})"
    ).format(sql.Literal(scope.organisation_id), scope.bind(list_id))


def _source(leaf: SourceRows, scope: Scope, *, negated: bool) -> Sql:
    """Join the fetched keys; negated, only whoever has rows in the table can match."""
    keys = scope.keys.get(leaf)
    if keys is None:
        raise NotFetched
    found = sql.SQL("{} IN (SELECT k.key FROM {} AS k WHERE k.key <> '')")
    matching = found.format(keys.operand, sql.Identifier(keys.matching))
    if not negated:
        return matching
    present = found.format(keys.operand, sql.Identifier(keys.present))
    return sql.SQL("({} AND ({}) IS NOT TRUE)").format(present, matching)
