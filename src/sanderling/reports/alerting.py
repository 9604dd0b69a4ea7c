"""Look at due alerts: write down what the figure is, and mail when it becomes alarming or well.

While it stays alarming the mail is repeated once a day.  What is looked at twice, because a worker
died in between, is a second row in the history and no second mail.
"""

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sanderling.accounts import auditing, notifying
from sanderling.accounts.actors import Actor
from sanderling.postgres.statements import Statements
from sanderling.reports import measuring
from sanderling.reports.measuring import Measured
from sanderling.reports.models import Alert, Check, Condition, Figure

STATEMENTS = Statements(__package__)
AGAIN = dt.timedelta(days=1)
REMEMBERED = dt.timedelta(days=90)


def check_due() -> int:
    """Look at the alert that is longest due; return how many were looked at."""
    now = timezone.now()
    with transaction.atomic():
        rows = STATEMENTS.rows("take_due_alert", {"now": now})
        if not rows:
            return 0
        alert = Alert.objects.select_related("organisation").get(pk=rows[0][0])
        measured, tells = _look(alert, now=now)
    if tells:
        notifying.notify(alert.organisation_id, alert.readers, lambda: _letter(alert, measured))
    return 1


def _look(alert: Alert, *, now: dt.datetime) -> tuple[Measured, bool]:
    """Keep what the figure is; return it, and whether there is something to tell."""
    measured = measuring.measure(alert, now=now)
    was, alert.is_firing = alert.is_firing, _fires(alert, measured)
    Check.objects.create(
        alert=alert, checked_at=now, value=measured.value, before=measured.before,
        volume=measured.volume, is_firing=alert.is_firing,
    )  # fmt: skip
    Check.objects.filter(alert=alert, checked_at__lt=now - REMEMBERED).delete()
    is_old = alert.told_at is None or now - alert.told_at >= AGAIN
    tells = was != alert.is_firing or (alert.is_firing and is_old)
    if tells:
        alert.told_at = now
        verb = "alert.fires" if alert.is_firing else "alert.ends"
        by = Actor.system(alert.organisation_id)
        auditing.record(by, verb, alert.pk, name=alert.name, value=str(measured.value))
    alert.next_check_at = now + pause_of(alert)
    alert.save(update_fields=["is_firing", "told_at", "next_check_at"])
    return measured, tells


def _fires(alert: Alert, measured: Measured) -> bool:
    """Too few messages say nothing: an alarm stays, a quiet alert stays quiet."""
    return alert.is_firing if measured.value is None else measured.is_alarming(alert)


def pause_of(alert: Alert) -> dt.timedelta:
    """Return after which time an alert is looked at again: a day's figure moves slowly."""
    return dt.timedelta(minutes=5 if alert.window_hours <= 6 else 30)


def _letter(alert: Alert, measured: Measured) -> tuple[str, str]:
    words = {
        "name": alert.name,
        "sentence": sentence_of(alert),
        "value": shown(alert, measured.value),
        "before": shown(alert, measured.before),
        "hours": alert.window_hours,
        "volume": measured.volume,
        "url": f"{settings.BASE_URL}/reports/alerts/{alert.pk}",
    }
    if alert.is_firing:
        subject, first = _("Alert: %(name)s"), _("This alert fires: %(sentence)s.")
    else:
        subject, first = _("Well again: %(name)s"), _("This alert has ended: %(sentence)s.")
    lines = (
        first,
        _("The last %(hours)s hours: %(value)s, of %(volume)s messages sent."),
        _("The %(hours)s hours before: %(before)s."),
        "%(url)s",
    )
    return subject % words, "\n\n".join(line % words for line in lines)


def sentence_of(alert: Alert) -> str:
    """Return the rule in words: “Delivery rate is below 90 %”."""
    figure, condition = Figure(alert.figure).label, Condition(alert.condition).label
    limit = f"{alert.limit.normalize():f}"
    if alert.condition in {Condition.FELL, Condition.ROSE}:
        return f"{figure} {condition} {limit}"
    return f"{figure} {condition} {shown(alert, alert.limit)}"


def shown(alert: Alert, value: Decimal | None) -> str:
    """Return a value with its unit."""
    if value is None:
        return _("too few messages")
    unit = alert.organisation.currency if alert.figure == Figure.REVENUE else "%"
    return f"{value:f} {unit}"
