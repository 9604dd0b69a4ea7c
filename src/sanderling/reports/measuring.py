"""A watched figure, reckoned from the facts: of a window, and of the window before it.

Rates are those of the view ``kpi_daily``: the delivery rate of what was sent, the others of what
was delivered, each message once.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sanderling.postgres.statements import Statements
from sanderling.reports.models import Alert, Condition, Figure

STATEMENTS = Statements(__package__)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Messages:
    """Messages of a period, each once in every column that it belongs to."""

    sent: int = 0
    delivered: int = 0
    opened: int = 0
    clicked: int = 0
    unsubscribed: int = 0
    spam: int = 0


# Which column is a part of which.
RATES = {
    Figure.DELIVERY_RATE: ("delivered", "sent"),
    Figure.OPEN_RATE: ("opened", "delivered"),
    Figure.CLICK_RATE: ("clicked", "delivered"),
    Figure.UNSUBSCRIBE_RATE: ("unsubscribed", "delivered"),
    Figure.SPAM_RATE: ("spam", "delivered"),
}


@dataclass(frozen=True)
class Measured:
    """A figure of a window and of the one before; None where too few messages went."""

    value: Decimal | None
    before: Decimal | None
    volume: int

    def is_alarming(self, alert: Alert) -> bool:
        """Return whether the rule of an alert is broken."""
        if self.value is None:
            return False
        if alert.condition == Condition.BELOW:
            return self.value < alert.limit
        if alert.condition == Condition.ABOVE:
            return self.value > alert.limit
        if not self.before:
            return False
        change = 100 * (self.value - self.before) / self.before
        return -change > alert.limit if alert.condition == Condition.FELL else change > alert.limit


def measure(alert: Alert, *, now: dt.datetime) -> Measured:
    """Return the figure of an alert as it is now."""
    window = dt.timedelta(hours=alert.window_hours)
    value, volume = _of(alert, now - window, now)
    before, _volume = _of(alert, now - 2 * window, now - window)
    return Measured(value, before, volume)


def _of(alert: Alert, since: dt.datetime, until: dt.datetime) -> tuple[Decimal | None, int]:
    scope: dict[str, Any] = {
        "organisation_id": alert.organisation_id,
        "since": since,
        "until": until,
        "media_type": alert.media_type,
        "broadcast_id": alert.broadcast_id,
        "workflow_id": alert.workflow_id,
    }
    messages = Messages(*STATEMENTS.rows("measure_messages", scope)[0])
    if messages.sent < alert.least:
        return None, messages.sent
    if alert.figure == Figure.REVENUE:
        ((revenue,),) = STATEMENTS.rows("measure_revenue", scope)
        return Decimal(revenue).quantize(CENT), messages.sent
    part, whole = (getattr(messages, name) for name in RATES[Figure(alert.figure)])
    return (100 * Decimal(part) / whole).quantize(CENT) if whole else None, messages.sent
