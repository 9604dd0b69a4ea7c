"""A condition on its way to SQL: what is the same in every dialect.

Whether operator and value fit the column is checked here, and what "30 days ago" or "in any year"
means is worked out here; a dialect prints the few things that differ.  Days become half-open
ranges of moments in the organisation's time zone: a cast to a day would lose the index and take
the server's zone.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

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
from sanderling.connectors.drivers.tables import Column, Kind

Sql = TypeVar("Sql")
NEGATIVE = {
    Operator.IS_NOT: Operator.IS,
    Operator.NOT_IN: Operator.IN,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NONE_OF: Operator.ANY_OF,
}
LONGEST_LIST = 10_000


class Dialect(ABC, Generic[Sql]):
    """What is said differently in each dialect; ``column`` is quoted by the dialect itself."""

    def condition(self, condition: Condition, calendar: Calendar) -> Sql:
        """Return the condition as SQL.

        Raises WrongCondition with the column's name when operator or value do not fit.
        """
        match condition:
            case AllOf(parts):
                return self.joined([self.condition(p, calendar) for p in parts], " AND ", "TRUE")
            case AnyOf(parts):
                return self.joined([self.condition(p, calendar) for p in parts], " OR ", "FALSE")
            case NoneOf(parts):
                return self.untrue(self.condition(AnyOf(parts), calendar))
            case Comparing(name):
                return _Comparison(condition, self.column(name), self, calendar).printed()

    @abstractmethod
    def column(self, name: str) -> Column:
        """Return a column of the table; raise SourceUnavailable (TABLE) without one."""

    @abstractmethod
    def joined(self, parts: list[Sql], word: str, empty: str) -> Sql:
        """Return the parts in brackets with AND or OR between them."""

    @abstractmethod
    def untrue(self, part: Sql) -> Sql:
        """Return what holds where the part is false or unknown."""

    @abstractmethod
    def specified(self, column: Column) -> Sql:
        """Return what holds where there is a value; empty texts and lists are none."""

    @abstractmethod
    def text(self, column: Column, operator: Operator, values: list[str]) -> Sql:
        """Return IS or IN exactly; CONTAINS, STARTS, ENDS in whatever case."""

    @abstractmethod
    def number(self, column: Column, operator: Operator, values: list[Decimal]) -> Sql:
        """Return IS, IN, BETWEEN, or an order with one number."""

    @abstractmethod
    def boolean(self, column: Column, value: bool) -> Sql:
        """Return what holds where the column says so."""

    @abstractmethod
    def listed(self, column: Column, values: list[str], *, every: bool) -> Sql:
        """Return what holds where the column's list has any, or every, value."""

    @abstractmethod
    def other(self, column: Column, values: list[str]) -> Sql:
        """Return what holds where a value of an unknown type, as text, is one of these."""

    @abstractmethod
    def since(self, column: Column, day: date, calendar: Calendar) -> Sql:
        """Return what holds from the day's beginning on."""

    @abstractmethod
    def before(self, column: Column, day: date, calendar: Calendar) -> Sql:
        """Return what holds before the day begins."""

    @abstractmethod
    def hour(self, column: Column, begin: datetime, end: datetime) -> Sql:
        """Return what holds after one moment, up to another."""

    @abstractmethod
    def days_of_year(self, column: Column, numbers: list[int], calendar: Calendar) -> Sql:
        """Return what holds where month * 100 + day is one of these."""


class _Comparison(Generic[Sql]):
    """One comparison: its value checked, its meaning worked out."""

    def __init__(
        self, asked: Comparing, column: Column, dialect: Dialect[Sql], calendar: Calendar
    ) -> None:
        self.column = column
        self.operator = asked.operator
        self.value = asked.value
        self.dialect = dialect
        self.calendar = calendar

    def printed(self) -> Sql:
        if self.operator not in OPERATORS[self.column.kind]:
            raise self._wrong(
                f"a column of type {self.column.type} cannot be asked “{self.operator}”"
            )
        if self.operator is Operator.SPECIFIED:
            return self.dialect.specified(self.column)
        if self.operator is Operator.NOT_SPECIFIED:
            return self.dialect.untrue(self.dialect.specified(self.column))
        if positive := NEGATIVE.get(self.operator):
            self.operator = positive
            return self.dialect.untrue(self._positive())
        return self._positive()

    def _positive(self) -> Sql:
        printers: dict[Kind, Callable[[], Sql]] = {
            Kind.TEXT: self._text,
            Kind.NUMBER: self._number,
            Kind.DATE: self._day,
            Kind.TIMESTAMP: self._day,
            Kind.BOOLEAN: self._boolean,
            Kind.LIST: self._list,
            Kind.OTHER: self._other,
        }
        return printers[self.column.kind]()

    def _text(self) -> Sql:
        values = self._values() if self.operator is Operator.IN else [self.value]
        texts = [self._checked_text(value) for value in values]
        return self.dialect.text(self.column, self.operator, texts)

    def _number(self) -> Sql:
        values = [self.value]
        if self.operator is Operator.IN:
            values = self._values()
        elif self.operator is Operator.BETWEEN:
            values = list(self._two())
        numbers = [self._checked_number(value) for value in values]
        return self.dialect.number(self.column, self.operator, numbers)

    def _boolean(self) -> Sql:
        if not isinstance(self.value, bool):
            raise self._wrong("the value must be yes or no")
        return self.dialect.boolean(self.column, self.value)

    def _list(self) -> Sql:
        values = [self._checked_text(value) for value in self._values()]
        return self.dialect.listed(self.column, values, every=self.operator is Operator.ALL_OF)

    def _other(self) -> Sql:
        values = self._values() if self.operator is Operator.IN else [self.value]
        return self.dialect.other(self.column, [self._checked_text(value) for value in values])

    def _day(self) -> Sql:
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
        if self.operator in (Operator.MORE, Operator.AT_LEAST):
            return self.dialect.since(self.column, day, self.calendar)
        return self.dialect.before(self.column, day, self.calendar)

    def _within(self, first: date, last: date) -> Sql:
        begin = self.dialect.since(self.column, first, self.calendar)
        end = self.dialect.before(self.column, last + timedelta(days=1), self.calendar)
        return self.dialect.joined([begin, end], " AND ", "TRUE")

    def _ago(self) -> Sql:
        """``(30, "days")``: on the day 30 days ago; ``(5, "hours")``: within that hour."""
        amount, unit = self._two()
        if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount <= 100_000:
            raise self._wrong("the value must be a number of hours, days, weeks or months")
        today = self.calendar.now.astimezone(self.calendar.zone).date()
        match unit:
            case "hours" if self.column.kind is Kind.TIMESTAMP:
                end = self.calendar.now - timedelta(hours=amount)
                return self.dialect.hour(self.column, end - timedelta(hours=1), end)
            case "days" | "weeks":
                day = today - timedelta(days=amount * (7 if unit == "weeks" else 1))
                return self._within(day, day)
            case "months":
                day = _months_before(today, amount)
                return self._within(day, day)
        raise self._wrong("the value must be a number of hours, days, weeks or months")

    def _any_year(self, period: Period) -> Sql:
        """Compare month and day as one number, so that a period over New Year's Eve works.

        29 February counts as 28 February in years that do not have it.
        """
        if period.last - period.first >= timedelta(days=366):
            return self.dialect.specified(self.column)
        days = (period.last - period.first).days + 1
        numbers = {_month_day(period.first + timedelta(days=n)) for n in range(days)}
        if 228 in numbers and not _has_leap_day(period):
            numbers.add(229)
        return self.dialect.days_of_year(self.column, sorted(numbers), self.calendar)

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
