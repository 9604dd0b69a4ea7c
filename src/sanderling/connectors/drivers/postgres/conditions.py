"""Conditions printed as PostgreSQL; values go by parameter, names as identifiers.

Values are checked against the column's kind here and cast to the column's own type, so that its
index can serve.  Days become half-open ranges of moments in the organisation's time zone:
``column::date = …`` would lose the index and take the server's zone.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from psycopg import sql

from sanderling.connectors.drivers.conditions import (
    OPERATORS,
    AllOf,
    AnyOf,
    Calendar,
    Comparing,
    Condition,
    NoneOf,
    Operator,
    Period,
    WrongCondition,
)
from sanderling.connectors.drivers.postgres.describing import Description, PlainColumn
from sanderling.connectors.drivers.tables import Kind

SIGNS = {
    Operator.MORE: sql.SQL(">"),
    Operator.AT_LEAST: sql.SQL(">="),
    Operator.LESS: sql.SQL("<"),
    Operator.AT_MOST: sql.SQL("<="),
}
NEGATIVE = {
    Operator.IS_NOT: Operator.IS,
    Operator.NOT_IN: Operator.IN,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NONE_OF: Operator.ANY_OF,
}
LONGEST_LIST = 10_000


def printed(
    condition: Condition, description: Description, *, calendar: Calendar
) -> sql.Composable:
    """Return the condition as SQL.

    Raises WrongCondition with the column's name when operator or value do not fit.
    """
    match condition:
        case AllOf(parts):
            return _joined(parts, " AND ", "TRUE", description, calendar)
        case AnyOf(parts):
            return _joined(parts, " OR ", "FALSE", description, calendar)
        case NoneOf(parts):
            inner = _joined(parts, " OR ", "FALSE", description, calendar)
            return sql.SQL("({}) IS NOT TRUE").format(inner)
        case Comparing():
            return _Printer(condition, description, calendar).printed()


def _joined(
    parts: tuple[Condition, ...],
    word: str,
    empty: str,
    description: Description,
    calendar: Calendar,
) -> sql.Composable:
    if not parts:
        return sql.SQL(empty)
    each = [sql.SQL("({})").format(printed(p, description, calendar=calendar)) for p in parts]
    return sql.SQL(word).join(each)


class _Printer:
    """One comparison on its way to SQL."""

    def __init__(self, asked: Comparing, description: Description, calendar: Calendar) -> None:
        self.column: PlainColumn = description.column(asked.column)
        self.operator = asked.operator
        self.value = asked.value
        self.calendar = calendar
        self.name = sql.Identifier(asked.column)

    def printed(self) -> sql.Composable:
        if self.operator not in OPERATORS[self.column.kind]:
            raise self._wrong(
                f"a column of type {self.column.type} cannot be asked “{self.operator}”"
            )
        if self.operator is Operator.SPECIFIED:
            return self._specified()
        if self.operator is Operator.NOT_SPECIFIED:
            return sql.SQL("({}) IS NOT TRUE").format(self._specified())
        if positive := NEGATIVE.get(self.operator):
            self.operator = positive
            return sql.SQL("({}) IS NOT TRUE").format(self._positive())
        return self._positive()

    def _positive(self) -> sql.Composable:
        printers: dict[Kind, Callable[[], sql.Composable]] = {
            Kind.TEXT: self._text,
            Kind.NUMBER: self._number,
            Kind.DATE: self._day,
            Kind.TIMESTAMP: self._day,
            Kind.BOOLEAN: self._boolean,
            Kind.LIST: self._list,
            Kind.OTHER: self._other,
        }
        return printers[self.column.kind]()

    def _specified(self) -> sql.Composable:
        if self.column.kind is Kind.TEXT:
            return sql.SQL("{name}::text <> ''").format(name=self.name)
        if self.column.kind is Kind.LIST:
            return sql.SQL("cardinality({name}) > 0").format(name=self.name)
        return sql.SQL("{name} IS NOT NULL").format(name=self.name)

    def _text(self) -> sql.Composable:
        match self.operator:
            case Operator.IS:
                return self._equals(self._checked_text(self.value))
            case Operator.IN:
                return self._one_of([self._checked_text(value) for value in self._values()])
        pattern = _escaped(self._checked_text(self.value))
        if self.operator is not Operator.STARTS:
            pattern = f"%{pattern}"
        if self.operator is not Operator.ENDS:
            pattern = f"{pattern}%"
        return sql.SQL("{}::text ILIKE {}").format(self.name, sql.Literal(pattern))

    def _number(self) -> sql.Composable:
        match self.operator:
            case Operator.IS:
                return self._compared(sql.SQL("="), self._checked_number(self.value))
            case Operator.IN:
                numbers = [self._checked_number(value) for value in self._values()]
                return sql.SQL("{} IN ({})").format(
                    self._as_number(), sql.SQL(", ").join(map(sql.Literal, numbers))
                )
            case Operator.BETWEEN:
                low, high = map(self._checked_number, self._two())
                return sql.SQL("{} BETWEEN {} AND {}").format(
                    self._as_number(), sql.Literal(low), sql.Literal(high)
                )
        return self._compared(SIGNS[self.operator], self._checked_number(self.value))

    def _compared(self, sign: sql.SQL, number: Decimal | int) -> sql.Composable:
        return sql.SQL("{} {} {}").format(self._as_number(), sign, sql.Literal(number))

    def _as_number(self) -> sql.Composable:
        cast = sql.SQL("{}::numeric") if self.column.base == "money" else sql.SQL("{}")
        return cast.format(self.name)

    def _boolean(self) -> sql.Composable:
        if not isinstance(self.value, bool):
            raise self._wrong("the value must be yes or no")
        return sql.SQL("{} = {}").format(self.name, sql.Literal(self.value))

    def _list(self) -> sql.Composable:
        values = [self._checked_text(value) for value in self._values()]
        sign = sql.SQL("@>") if self.operator is Operator.ALL_OF else sql.SQL("&&")
        return sql.SQL("{}::text[] {} {}::text[]").format(self.name, sign, sql.Literal(values))

    def _other(self) -> sql.Composable:
        values = self._values() if self.operator is Operator.IN else [self.value]
        texts = [self._checked_text(value) for value in values]
        return sql.SQL("{}::text = ANY ({}::text[])").format(self.name, sql.Literal(texts))

    def _equals(self, text: str) -> sql.Composable:
        return sql.SQL("{} = {}").format(self._as_text(), sql.Literal(text))

    def _one_of(self, texts: list[str]) -> sql.Composable:
        return sql.SQL("{} = ANY ({}::text[])").format(self._as_text(), sql.Literal(texts))

    def _as_text(self) -> sql.Composable:
        """Return the column as text; a cast that would change nothing would lose the index."""
        if self.column.base in {"text", "varchar"}:
            return self.name
        return sql.SQL("{}::text").format(self.name)

    def _day(self) -> sql.Composable:
        match self.operator:
            case Operator.IS:
                day = self._checked_day(self.value)
                return self._within(day, day)
            case Operator.BETWEEN:
                first, last = map(self._checked_day, self._two())
                return self._within(first, last)
            case Operator.DURING:
                period = self._period()
                return self._within(period.first, period.last)
            case Operator.ANY_YEAR:
                return self._any_year(self._period())
            case Operator.AGO:
                return self._ago()
        day = self._checked_day(self.value)
        if self.operator in (Operator.MORE, Operator.AT_MOST):
            day += timedelta(days=1)  # after the day, or up to its end
        sign = (
            sql.SQL(">=") if self.operator in (Operator.MORE, Operator.AT_LEAST) else sql.SQL("<")
        )
        return sql.SQL("{} {} {}").format(self.name, sign, self._beginning_of(day))

    def _within(self, first: date, last: date) -> sql.Composable:
        return sql.SQL("{name} >= {begin} AND {name} < {end}").format(
            name=self.name,
            begin=self._beginning_of(first),
            end=self._beginning_of(last + timedelta(days=1)),
        )

    def _beginning_of(self, day: date) -> sql.Composable:
        """Return a day's begin, typed as the column; a timestamp without a zone is UTC."""
        if self.column.kind is Kind.DATE:
            return sql.SQL("{}::date").format(sql.Literal(day.isoformat()))
        return self._moment(datetime.combine(day, time(), tzinfo=self.calendar.zone))

    def _moment(self, moment: datetime) -> sql.Composable:
        utc = moment.astimezone(UTC)
        if self.column.base == "timestamptz":
            return sql.SQL("{}::timestamptz").format(sql.Literal(utc.isoformat()))
        return sql.SQL("{}::timestamp").format(sql.Literal(utc.replace(tzinfo=None).isoformat()))

    def _ago(self) -> sql.Composable:
        """``(30, "days")``: on the day 30 days ago; ``(5, "hours")``: within that hour."""
        amount, unit = self._two()
        if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount <= 100_000:
            raise self._wrong("the value must be a number of hours, days, weeks or months")
        today = self.calendar.now.astimezone(self.calendar.zone).date()
        match unit:
            case "hours" if self.column.kind is Kind.TIMESTAMP:
                end = self.calendar.now - timedelta(hours=amount)
                return sql.SQL("{name} > {begin} AND {name} <= {end}").format(
                    name=self.name,
                    begin=self._moment(end - timedelta(hours=1)),
                    end=self._moment(end),
                )
            case "days" | "weeks":
                day = today - timedelta(days=amount * (7 if unit == "weeks" else 1))
                return self._within(day, day)
            case "months":
                day = _months_before(today, amount)
                return self._within(day, day)
        raise self._wrong("the value must be a number of hours, days, weeks or months")

    def _any_year(self, period: Period) -> sql.Composable:
        """Compare month and day as one number, so that a period over New Year's Eve works.

        29 February counts as 28 February in years that do not have it.
        """
        if period.last - period.first >= timedelta(days=366):
            return sql.SQL("{} IS NOT NULL").format(self.name)
        day = self._local_day()
        number = sql.SQL("(extract(month FROM {day}) * 100 + extract(day FROM {day}))::int").format(
            day=day
        )
        days = (period.last - period.first).days + 1
        numbers = {_month_day(period.first + timedelta(days=n)) for n in range(days)}
        if 228 in numbers and not _has_leap_day(period):
            numbers.add(229)
        return sql.SQL("{} = ANY ({}::int[])").format(number, sql.Literal(sorted(numbers)))

    def _local_day(self) -> sql.Composable:
        if self.column.base != "timestamptz":
            return self.name
        zone = sql.Literal(str(self.calendar.zone))
        return sql.SQL("({} AT TIME ZONE {})").format(self.name, zone)

    def _values(self) -> list[Any]:
        if not isinstance(self.value, list | tuple) or not self.value:
            raise self._wrong("the value must be a list with at least one entry")
        if len(self.value) > LONGEST_LIST:
            raise self._wrong(f"the list is longer than {LONGEST_LIST} entries")
        return list(self.value)

    def _two(self) -> tuple[Any, Any]:
        if not isinstance(self.value, list | tuple) or len(self.value) != 2:
            raise self._wrong("two values are needed")
        return self.value[0], self.value[1]

    def _period(self) -> Period:
        if not isinstance(self.value, Period) or self.value.last < self.value.first:
            raise self._wrong("the value must be a period that ends after it begins")
        return self.value

    def _checked_text(self, value: Any) -> str:
        if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
            raise self._wrong("the value must be a text")
        text = str(value)
        if "\x00" in text:
            raise self._wrong("the value holds a character that no database keeps")
        return text

    def _checked_number(self, value: Any) -> Decimal:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or isinstance(value, bool):
            raise self._wrong("the value must be a number")
        return number

    def _checked_day(self, value: Any) -> date:
        if isinstance(value, datetime):
            return value.astimezone(self.calendar.zone).date()
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise self._wrong("the value must be a date like 2026-11-21") from None

    def _wrong(self, why: str) -> WrongCondition:
        return WrongCondition(f"{self.column.name}: {why}.")


def _escaped(text: str) -> str:
    """Return text in which LIKE sees no wildcard."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _month_day(day: date) -> int:
    return day.month * 100 + day.day


def _has_leap_day(period: Period) -> bool:
    """Whether 29 February lies in the period, or right behind a last day that is 28 February."""
    following = [
        period.first + timedelta(days=n) for n in range((period.last - period.first).days + 2)
    ]
    return any(_month_day(day) == 229 for day in following)


def _months_before(day: date, months: int) -> date:
    """Return the same day months ago, or the last day of a shorter month."""
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")
