"""Timer: wait for a while, until a time of day, or until a date that the event brought."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanderling.workflows.blocks.asking import Choice, Clock, Number, Setting
from sanderling.workflows.blocks.block import Block, Names, Problems
from sanderling.workflows.standing import Standing
from sanderling.workflows.variables import as_text, fill, value_of

FOR, UNTIL_TIME, UNTIL_DATE = "for", "until_time", "until_date"
MINUTES, HOURS, DAYS = "minutes", "hours", "days"
UNITS = {
    MINUTES: gettext_lazy("minutes"),
    HOURS: gettext_lazy("hours"),
    DAYS: gettext_lazy("days"),
}
MORNING = dt.time(9)


@dataclass(frozen=True, kw_only=True)
class Timer(Block):
    """Waits; a moment that has passed already is no wait at all."""

    KIND = "timer"
    TITLE = gettext_lazy("Timer")
    WAITS = True
    SETTINGS = (
        Choice(
            name="mode",
            label=gettext_lazy("Wait"),
            choices=(
                (FOR, gettext_lazy("for a while")),
                (UNTIL_TIME, gettext_lazy("until a time of day")),
                (UNTIL_DATE, gettext_lazy("until a date of the event or the contact")),
            ),
        ),
        Number(name="amount", label=gettext_lazy("How long"), default="1", least=1, most=5000),
        Choice(name="unit", label=gettext_lazy("Unit"), choices=tuple(UNITS.items()), default=DAYS),
        Clock(
            name="at",
            label=gettext_lazy("Time of day"),
            hint=gettext_lazy("In the contact's time zone, else the organisation's."),
        ),
        Setting(
            name="date",
            label=gettext_lazy("Date"),
            hint=gettext_lazy("A variable such as ${visitDate}; a date without time is at 09:00."),
        ),
    )

    mode: str
    amount: int
    unit: str
    at: dt.time | None
    date: str

    def due(self, run: Standing, now: dt.datetime) -> dt.datetime:
        """Return when the wait is over."""
        if self.mode == FOR:
            return self._after_a_while(run, now)
        if self.mode == UNTIL_TIME:
            return _next(self.at or MORNING, run, now)
        return self._on_date(run) or now

    def check(self) -> Problems:
        """A time of day and a date must be given where they are waited for."""
        if self.mode == UNTIL_TIME and self.at is None:
            return {"at": [_("Give a time such as 09:30.")]}
        if self.mode == UNTIL_DATE and not self.date:
            return {"date": [_("Name the variable that holds the date.")]}
        return {}

    def describe(self, names: Names) -> str:
        """Say how long."""
        if self.mode == FOR:
            return _("Wait for %(amount)d %(unit)s") % {
                "amount": self.amount,
                "unit": UNITS[self.unit],
            }
        if self.mode == UNTIL_TIME and self.at:
            return _("Wait until %s") % self.at.strftime("%H:%M")
        return _("Wait until the date %s") % self.date

    def _after_a_while(self, run: Standing, now: dt.datetime) -> dt.datetime:
        if self.unit == DAYS:  # the same time of day, also when the clocks change in between
            local = now.astimezone(run.zone) + dt.timedelta(days=self.amount)
            return local.astimezone(dt.UTC)
        return now + dt.timedelta(**{self.unit: self.amount})

    def _on_date(self, run: Standing) -> dt.datetime | None:
        """Return the moment that the variable names; None when it names none."""
        text = (fill(self.date, run) if "${" in self.date else _named(self.date, run)).strip()
        try:
            if len(text) <= len("2026-11-21"):
                day = dt.date.fromisoformat(text)
                found = dt.datetime.combine(day, self.at or MORNING)
            else:
                found = dt.datetime.fromisoformat(text)
            if found.tzinfo is None:
                found = found.replace(tzinfo=run.zone)
            return found.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            return None


def _next(at: dt.time, run: Standing, now: dt.datetime) -> dt.datetime:
    local = now.astimezone(run.zone)
    for days in (0, 1):
        day = local.date() + dt.timedelta(days=days)
        found = dt.datetime.combine(day, at, tzinfo=run.zone).astimezone(dt.UTC)
        if found >= now:
            return found
    return found


def _named(name: str, run: Standing) -> str:
    return as_text(value_of(name, run))
