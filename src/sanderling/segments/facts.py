"""Conditions on what happened to a contact: activity, events, orders.

Each is a set of contact ids, grouped so that a contact stands in it once, and whether the people
of the condition are those inside or those outside.  Who has no facts has a count and a total of
0, and no average and no dates.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from psycopg import sql

from sanderling.segments.calendars import Clock
from sanderling.segments.comparing import Binder, Operand, Sql, Stored, compare
from sanderling.segments.kinds import COMPLEMENTS, Kind
from sanderling.segments.nodes import ActivityWas, EventOccurred, InList, OrdersAre, Test
from sanderling.segments.operands import in_text

_LAST_DATES = {
    "sent": "r.last_sent",
    "delivered": "r.last_received",
    "opened": "r.last_viewed",
    "clicked": "r.last_clicked",
}
_AGGREGATES = {
    "count": ("count(*)", Stored.NUMBER),
    "total": ("coalesce(sum(o.total_cost), 0)", Stored.NUMBER),
    "average": ("avg(o.total_cost)", Stored.NUMBER),
    "last_date": ("max(o.ordered_at)", Stored.MOMENT),
    "first_date": ("min(o.ordered_at)", Stored.MOMENT),
}
_AT_LEAST_ONE = Test(Kind.NUMBER, ">=", Decimal(1))


@dataclass(frozen=True)
class Set:
    """A SELECT of ``contact_id``, each once; the people of the condition lie in or outside it."""

    query: Sql
    is_outside: bool = False

    def opposite(self) -> "Set":
        """Return everybody else."""
        return Set(self.query, is_outside=not self.is_outside)


class Facts:
    """Compiles the conditions on facts of one organisation."""

    def __init__(self, organisation_id: int, clock: Clock, bind: Binder) -> None:
        self.organisation = sql.Literal(organisation_id)
        self.clock = clock
        self.bind = bind

    def list(self, leaf: InList) -> Set:
        """Return the members of a list; its key says that each stands there once."""
        return Set(
            self._rows(
                "SELECT m.contact_id FROM contacts_listmember AS m"
                " WHERE m.organisation_id = {organisation} AND m.list_id = {list}",
                list=self.bind(leaf.list_id),
            )
        )

    def activity(self, leaf: ActivityWas) -> Set:
        """Ask the totals, one row per contact and channel, not the facts themselves."""
        rows = self._rows(
            "SELECT r.contact_id FROM activities_rollup AS r"
            " WHERE r.organisation_id = {organisation}{channel}",
            channel=self._and("r.media_type = {}", leaf.channel),
        )
        date = sql.SQL(cast("Any", _LAST_DATES[leaf.activity]))
        if leaf.test is None:
            recent = self._since(date, leaf.days) or sql.SQL("{} IS NOT NULL").format(date)
            return _grouped(sql.SQL("{} AND {}").format(rows, recent), "r.contact_id")
        latest = Operand(sql.SQL("max({})").format(date), Stored.MOMENT)
        return self._having(rows, "r.contact_id", latest, leaf.test)

    def event(self, leaf: EventOccurred) -> Set:
        """Ask the events of a type; the type is found by its key, which may not exist yet."""
        rows = self._rows(
            "SELECT e.contact_id FROM events_event AS e"
            " WHERE e.organisation_id = {organisation} AND e.contact_id <> 0"
            " AND e.type_id IN (SELECT t.id FROM events_type AS t"
            " WHERE t.organisation_id = {organisation} AND t.key = {key}){since}{where}",
            key=self.bind(leaf.type_key),
            since=self._recent(sql.SQL("e.occurred_at"), leaf.days),
            where=self._parameters(leaf),
        )
        times = Operand(sql.SQL("count(*)"), Stored.NUMBER)
        return self._counted(rows, "e.contact_id", times, leaf.times or _AT_LEAST_ONE)

    def orders(self, leaf: OrdersAre) -> Set:
        """Ask the orders; unless statuses are named, those that were neither cancelled nor left."""
        rows = self._rows(
            "SELECT o.contact_id FROM orders_order AS o"
            " WHERE o.organisation_id = {organisation} AND {status}{since}",
            status=self._status(leaf),
            since=self._recent(sql.SQL("o.ordered_at"), leaf.days),
        )
        text, stored = _AGGREGATES[leaf.aggregate]
        operand = Operand(sql.SQL(cast("Any", text)), stored)
        if leaf.aggregate in ("count", "total"):
            return self._counted(rows, "o.contact_id", operand, leaf.test)
        return self._having(rows, "o.contact_id", operand, leaf.test)

    def _counted(self, rows: Sql, contact: str, operand: Operand, test: Test) -> Set:
        """Who has no rows has the number 0: where 0 passes, take those outside who do not pass."""
        if test == _AT_LEAST_ONE:
            return _grouped(rows, contact)
        holds = compare(operand, test, bind=self.bind, clock=self.clock)
        if not passes_at_zero(test):
            return _grouped(rows, contact, having=holds)
        failing = sql.SQL("({}) IS NOT TRUE").format(holds)
        return _grouped(rows, contact, having=failing).opposite()

    def _having(self, rows: Sql, contact: str, operand: Operand, test: Test) -> Set:
        """Who has no rows passes only a negative test."""
        if positive := COMPLEMENTS.get(test.operator):
            inner = Test(test.kind, positive, test.value)
            return self._having(rows, contact, operand, inner).opposite()
        holds = compare(operand, test, bind=self.bind, clock=self.clock)
        return _grouped(rows, contact, having=holds)

    def _parameters(self, leaf: EventOccurred) -> Sql:
        tests = [
            compare(
                Operand(
                    sql.SQL("coalesce(e.params ->> {}, '')").format(self.bind(parameter.name)),
                    in_text(parameter.test.kind),
                ),
                parameter.test,
                bind=self.bind,
                clock=self.clock,
            )
            for parameter in leaf.where
        ]
        return sql.SQL("").join(sql.SQL(" AND {}").format(test) for test in tests)

    def _status(self, leaf: OrdersAre) -> Sql:
        if leaf.statuses:
            return sql.SQL("o.status = ANY({})").format(self.bind([*leaf.statuses]))
        return sql.SQL("o.status NOT IN ('CANCELLED', 'ABANDONED_SHOPPING_CART')")

    def _recent(self, date: Sql, days: int | None) -> Sql:
        since = self._since(date, days)
        return sql.SQL(" AND {}").format(since) if since else sql.SQL("")

    def _since(self, date: Sql, days: int | None) -> Sql | None:
        if days is None:
            return None
        return sql.SQL("{} >= {}").format(date, self.bind(self.clock.days_back(days)))

    def _and(self, template: str, value: object) -> Sql:
        if value is None:
            return sql.SQL("")
        return sql.SQL(cast("Any", " AND " + template)).format(self.bind(value))

    def _rows(self, template: str, **parts: Sql) -> Sql:
        return sql.SQL(cast("Any", template)).format(organisation=self.organisation, **parts)


def passes_at_zero(test: Test) -> bool:
    """Whether the number 0 passes a test."""
    if positive := COMPLEMENTS.get(test.operator):
        return not passes_at_zero(Test(test.kind, positive, test.value))
    match test.operator, test.value:
        case "=", Decimal() as value:
            return value == 0
        case ">", Decimal() as value:
            return value < 0
        case ">=", Decimal() as value:
            return value <= 0
        case "<", Decimal() as value:
            return value > 0
        case "<=", Decimal() as value:
            return value >= 0
        case "between", (Decimal() as low, Decimal() as high):
            return low <= 0 <= high
    return False


def _grouped(rows: Sql, contact: str, *, having: Sql | None = None) -> Set:
    tail = sql.SQL(" HAVING {}").format(having) if having else sql.SQL("")
    return Set(sql.SQL("{} GROUP BY {}{}").format(rows, sql.SQL(cast("Any", contact)), tail))
