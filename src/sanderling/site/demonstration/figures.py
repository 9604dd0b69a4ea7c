"""Which figures the report has: what was done on our side, beside the exported tables' SQL."""

from dataclasses import dataclass, field
from decimal import Decimal

from sanderling.site.demonstration.segmenting import BIRTHDAY, ONCE, RETURNED, SPENT
from sanderling.site.demonstration.verifying import Figure


@dataclass
class Deeds:
    """How often each thing was done."""

    imported: int = 0
    segments: dict[str, int] = field(default_factory=dict)
    sent: int = 0
    opened: int = 0
    clicked: int = 0
    unsubscribed: int = 0
    ordered: int = 0
    lines: int = 0
    turnover: Decimal = Decimal()
    viewed: int = 0
    installed: int = 0
    greeted: int = 0


def of(deeds: Deeds) -> list[Figure]:
    """Return every figure of the report."""
    parts = (_people, _campaign, _birthdays, _orders, _analysis)
    return [figure for part in parts for figure in part(deeds)]


def _people(deeds: Deeds) -> list[Figure]:
    """Segments are compared with the shop's own tables, contacts with the export."""
    sizes = deeds.segments
    return [
        Figure("contacts", deeds.imported, 'SELECT count(*) FROM sanderling."contacts"'),
        Figure(
            SPENT,
            sizes[SPENT],
            "SELECT count(*) FROM customer_figures WHERE spent_last_quarter > 1000",
        ),
        Figure(ONCE, sizes[ONCE], "SELECT count(*) FROM customer_figures WHERE orders = 1"),
        Figure(
            RETURNED,
            sizes[RETURNED],
            "SELECT count(*) FROM customer_figures WHERE returned_items > kept_items",
        ),
        Figure("devices", deeds.installed, 'SELECT count(*) FROM sanderling."devices"'),
        Figure(
            "events: product viewed",
            deeds.viewed,
            """SELECT count(*) FROM sanderling."events" WHERE "eventTypeKey" = 'productViewed'""",
        ),
        Figure("messages", 2, 'SELECT count(*) FROM sanderling."messages"'),
        Figure("broadcasts, done", 1, """SELECT count(*) FROM sanderling."broadcasts"
                                          WHERE status = 'IDLE'"""),
    ]  # fmt: skip


def _campaign(deeds: Deeds) -> list[Figure]:
    return [
        Figure(
            "campaign: delivered",
            deeds.sent,
            """SELECT count(*) FROM sanderling."contactActivities"
                WHERE "activityStatus" = 'DELIVERED' AND "broadcastId" IS NOT NULL""",
        ),
        Figure(
            "campaign: people who opened",
            deeds.opened,
            """SELECT count(DISTINCT "contactId") FROM sanderling."contactActivities"
                WHERE "activityStatus" = 'RECEIVED' AND "broadcastId" IS NOT NULL""",
        ),
        Figure(
            "campaign: people who clicked",
            deeds.clicked,
            """SELECT count(DISTINCT "contactId") FROM sanderling."contactActivities"
                WHERE "activityStatus" = 'CLICKED' AND "broadcastId" IS NOT NULL""",
        ),
        Figure(
            "campaign: people who unsubscribed",
            deeds.unsubscribed,
            """SELECT count(DISTINCT "contactId") FROM sanderling."contactActivities"
                WHERE "activityStatus" = 'UNSUBSCRIBED'""",
        ),
        Figure(
            "nobody got the campaign twice",
            0,
            """SELECT count(*) FROM (
                 SELECT "contactId" FROM sanderling."contactActivities"
                  WHERE "activityStatus" = 'DELIVERED' AND "broadcastId" IS NOT NULL
                  GROUP BY "contactId" HAVING count(*) > 1) AS twice""",
        ),
    ]


def _birthdays(deeds: Deeds) -> list[Figure]:
    return [
        Figure(BIRTHDAY, deeds.segments[BIRTHDAY], BORN_TODAY),
        Figure(
            "birthday workflow: delivered",
            deeds.greeted,
            """SELECT count(*) FROM sanderling."contactActivities"
                WHERE "activityStatus" = 'DELIVERED' AND "workflowId" IS NOT NULL""",
        ),
        Figure(
            "birthday workflow: one event each",
            deeds.segments[BIRTHDAY],
            """SELECT count(*) FROM sanderling."events"
                WHERE "eventTypeKey" LIKE 'regularEventType-%'""",
        ),
    ]


# Today is today in the organisation's zone; who was born on 29 February celebrates on the 28th
# in other years.
BORN_TODAY = """
SELECT count(*)
  FROM customers,
       (SELECT (now() AT TIME ZONE 'Europe/London')::date AS day) AS today
 WHERE to_char(birthday, 'MM-DD') = to_char(day, 'MM-DD')
    OR (to_char(birthday, 'MM-DD') = '02-29' AND to_char(day, 'MM-DD') = '02-28'
        AND to_char(day + 1, 'MM-DD') = '03-01')
"""


def _orders(deeds: Deeds) -> list[Figure]:
    """The orders came from the shop: their sums must come back as they were."""
    return [
        Figure("orders by the API", deeds.ordered, 'SELECT count(*) FROM sanderling."orders"'),
        Figure(
            "turnover of these orders, £",
            deeds.turnover,
            'SELECT sum("totalCost")::numeric(12, 2) FROM sanderling."orders"',
        ),
        Figure(
            "lines of these orders",
            deeds.lines,
            'SELECT count(*) FROM sanderling."orderItems"',
        ),
        Figure(
            "orders earned by the campaign",
            deeds.ordered,
            'SELECT count(DISTINCT "externalOrderId") FROM sanderling."revenue"',
        ),
        Figure(
            "revenue of the campaign, £",
            deeds.turnover,
            'SELECT sum("totalCost")::numeric(12, 2) FROM sanderling."revenue"',
        ),
    ]


def _analysis(deeds: Deeds) -> list[Figure]:
    """The ready-made views must tell what the tables beside them tell."""
    return [
        Figure(
            "analysis: delivered by the campaign",
            deeds.sent,
            """SELECT sum(delivered)::bigint FROM sanderling.campaign_performance
                WHERE broadcast_id IS NOT NULL""",
        ),
        Figure(
            "analysis: earned by the campaign, £",
            deeds.turnover,
            "SELECT sum(revenue)::numeric(12, 2) FROM sanderling.campaign_roi",
        ),
        Figure(
            "analysis: contacts and their behaviour",
            deeds.imported,
            "SELECT count(*) FROM sanderling.contact_behaviour",
        ),
        Figure(
            "analysis: orders of the months",
            deeds.ordered,
            "SELECT sum(orders)::bigint FROM sanderling.order_value",
        ),
        Figure(
            "analysis: orders on the ways of contacts",
            deeds.ordered,
            "SELECT count(*) FROM sanderling.customer_journey WHERE kind = 'order'",
        ),
    ]
