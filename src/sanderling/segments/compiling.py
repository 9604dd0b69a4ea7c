"""A condition becomes one SELECT of contact ids.

The compiler itself adds the organisation and "not deleted" to every table it names: a tree from
outside can therefore not reach beyond its organisation, whatever it says.

Facts and keys are sets, and every set is a ``LEFT JOIN``; whether the contact was found there is
then a plain boolean, which may stand under any "any" and "none".  Only where a set is required of
everybody it is ``id IN (SELECT …)``: a semi-join, twice as fast.  Elsewhere PostgreSQL would keep
that subquery in memory or, when it is larger than ``work_mem``, read it again for every contact:
10⁹ units of cost on 800,000 keys.  Joins spill.
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
from sanderling.segments.facts import Facts, Set
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
    joins: dict[object, Sql] = field(default_factory=dict)

    def found_in(self, name: object, query: Sql, *, on: Sql, column: str) -> Sql:
        """Join a set, once for each name; return the column that is NULL outside of it."""
        alias = list(self.joins).index(name) if name in self.joins else len(self.joins)
        mark = sql.Identifier(f"in{alias}", column)
        join = sql.SQL(" LEFT JOIN ({}) AS {} ON {} = {}")
        self.joins[name] = join.format(query, sql.Identifier(f"in{alias}"), mark, on)
        return mark

    @property
    def tables(self) -> Sql:
        """Return what to select from, once all expressions are made."""
        return sql.Composed([sql.SQL("contacts_contact AS c"), *self.joins.values()])


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
    where = expression(condition, scope, required=True)
    query = sql.SQL(
        "SELECT c.id FROM {} WHERE c.organisation_id = {} AND c.deleted_at IS NULL AND {}"
    ).format(scope.tables, sql.Literal(scope.organisation_id), where)
    return Compiled(query.as_string(None), scope.bind.params)


def expression(
    condition: Condition, scope: Scope, *, within: tuple[int, ...] = (), required: bool = False
) -> Sql:
    """Return a condition as a boolean over ``scope.tables``, to which it adds its sets.

    ``within`` are the segments around it, to stop at a circle; ``required`` says that the whole
    stands in a WHERE, by itself or among others that must all hold.
    """
    return _node(simplify(condition), scope, within, required)


def tree_of_segment(segment_id: int, catalogue: Catalogue, *, within: tuple[int, ...]) -> Condition:
    """Return the parsed condition of a segment used in others; raise BadCondition on a circle."""
    entry = catalogue.segments.get(segment_id)
    if entry is None:
        raise _unusable(f"The segment {segment_id} no longer exists.")
    if segment_id in within or len(within) >= DEEPEST_NESTING:
        raise _unusable(f"The segment “{entry.name}” contains itself, or lies too deep.")
    try:
        return parse(entry.condition, catalogue)
    except BadCondition as problem:
        raise _unusable(
            f"The segment “{entry.name}” must be mended first: {problem.message}"
        ) from problem


def _unusable(message: str) -> BadCondition:
    return BadCondition(problems={"": [message]})


def _node(condition: Condition, scope: Scope, within: tuple[int, ...], required: bool) -> Sql:
    match condition:
        case Group(kind, parts):
            each = required and kind == "all"
            return _group(kind, [_node(part, scope, within, each) for part in parts])
        case Not(SourceRows() as rows):
            return _source(rows, scope, negated=True, required=required)
        case Not(InList() | ActivityWas() | EventOccurred() | OrdersAre() as leaf):
            return _set(leaf, scope, negated=True, required=required)
        case Not(part):
            return sql.SQL("({}) IS NOT TRUE").format(_node(part, scope, within, required=False))
        case InSegment(segment_id):
            inner = tree_of_segment(segment_id, scope.catalogue, within=within)
            return expression(inner, scope, within=(*within, segment_id), required=required)
        case ContactField(name, test):
            operand = contact_operand(name, scope.catalogue.fields[name].kind)
            return compare(operand, test, bind=scope.bind, clock=scope.clock)
        case SourceRows():
            return _source(condition, scope, negated=False, required=required)
    return _set(condition, scope, negated=False, required=required)


def _group(kind: str, parts: list[Sql]) -> Sql:
    if not parts:
        return TRUE if kind == "all" else FALSE
    joint = sql.SQL(" AND " if kind == "all" else " OR ")
    return sql.SQL("({})").format(joint.join(parts))


def _set(leaf: Condition, scope: Scope, *, negated: bool, required: bool) -> Sql:
    """Return whether the contact is in the set of a leaf, or is not."""
    people = _set_of(leaf, Facts(scope.organisation_id, scope.clock, scope.bind))
    contact = sql.Identifier("c", "id")
    inside = negated is people.is_outside
    if inside and required:
        return _in(contact, people.query)
    mark = scope.found_in(leaf, people.query, on=contact, column="contact_id")
    return _is(mark, found=inside)


def _set_of(leaf: Condition, facts: Facts) -> Set:
    match leaf:
        case InList():
            return facts.list(leaf)
        case ActivityWas():
            return facts.activity(leaf)
        case EventOccurred():
            return facts.event(leaf)
        case OrdersAre():
            return facts.orders(leaf)
    raise AssertionError(f"no SQL for {leaf}")


def _source(leaf: SourceRows, scope: Scope, *, negated: bool, required: bool) -> Sql:
    """Join the fetched keys; negated, only whoever has rows in the table can match."""
    keys = scope.keys.get(leaf)
    if keys is None:
        raise NotFetched
    wanted = _has_key(keys.present if negated else keys.matching, keys.operand, scope, required)
    if not negated:
        return wanted
    mark = scope.found_in(keys.matching, _keys(keys.matching), on=keys.operand, column="key")
    return sql.SQL("({} AND {})").format(wanted, _is(mark, found=False))


def _has_key(table: str, operand: Sql, scope: Scope, required: bool) -> Sql:
    if required:
        return _in(operand, _keys(table))
    return _is(scope.found_in(table, _keys(table), on=operand, column="key"), found=True)


def _keys(table: str) -> Sql:
    """Return the keys of a temporary table, each once; an empty one is nobody's."""
    return sql.SQL("SELECT k.key FROM {} AS k WHERE k.key <> ''").format(sql.Identifier(table))


def _in(operand: Sql, query: Sql) -> Sql:
    return sql.SQL("{} IN ({})").format(operand, query)


def _is(mark: Sql, *, found: bool) -> Sql:
    return sql.SQL("{} IS NOT NULL" if found else "{} IS NULL").format(mark)
