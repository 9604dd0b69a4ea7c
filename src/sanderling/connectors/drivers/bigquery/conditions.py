"""Conditions printed as GoogleSQL; values are parameters of the query, names quoted.

Texts are compared by functions, not by LIKE, so no sign in them is a wildcard.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from google.cloud.bigquery import ArrayQueryParameter, ScalarQueryParameter

from sanderling.connectors.drivers.conditions import Calendar, Operator
from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.printing import Dialect
from sanderling.connectors.drivers.tables import Column, Kind

SIGNS = {
    Operator.IS: "=",
    Operator.MORE: ">",
    Operator.AT_LEAST: ">=",
    Operator.LESS: "<",
    Operator.AT_MOST: "<=",
}
PARTS = {
    Operator.CONTAINS: "STRPOS(LOWER({}), {}) > 0",
    Operator.STARTS: "STARTS_WITH(LOWER({}), {})",
    Operator.ENDS: "ENDS_WITH(LOWER({}), {})",
}


def dialect_of(table: str, columns: Sequence[Column]) -> "_GoogleSql":
    """Return the dialect over one table; what it prints needs its ``params``."""
    return _GoogleSql(table, columns)


class _GoogleSql(Dialect[str]):
    """GoogleSQL over one table; what is printed needs ``params``."""

    def __init__(self, table: str, columns: Sequence[Column]) -> None:
        self.params: list[Any] = []
        self._table = table
        self._columns = {column.name: column for column in columns}

    def column(self, name: str) -> Column:
        if name not in self._columns:
            raise SourceUnavailable(Cause.TABLE, f"{self._table} has no column {name!r}.")
        return self._columns[name]

    def joined(self, parts: list[str], word: str, empty: str) -> str:
        return word.join(f"({part})" for part in parts) if parts else empty

    def untrue(self, part: str) -> str:
        return f"({part}) IS NOT TRUE"

    def specified(self, column: Column) -> str:
        name = quoted(column.name)
        if column.kind is Kind.TEXT:
            return f"{name} <> ''"
        return f"ARRAY_LENGTH({name}) > 0" if column.kind is Kind.LIST else f"{name} IS NOT NULL"

    def text(self, column: Column, operator: Operator, values: list[str]) -> str:
        name = quoted(column.name)
        if operator is Operator.IS:
            return f"{name} = {self.scalar('STRING', values[0])}"
        if operator is Operator.IN:
            return f"{name} IN UNNEST({self.array('STRING', values)})"
        return PARTS[operator].format(name, self.scalar("STRING", values[0].lower()))

    def number(self, column: Column, operator: Operator, values: list[Decimal]) -> str:
        name = quoted(column.name)
        if operator is Operator.IN:
            return f"{name} IN UNNEST({self.array('NUMERIC', values)})"
        given = [self.scalar("NUMERIC", value) for value in values]
        if operator is Operator.BETWEEN:
            return f"{name} BETWEEN {given[0]} AND {given[1]}"
        return f"{name} {SIGNS[operator]} {given[0]}"

    def boolean(self, column: Column, value: bool) -> str:
        return f"{quoted(column.name)} = {self.scalar('BOOL', value)}"

    def listed(self, column: Column, values: list[str], *, every: bool) -> str:
        """Count the wanted values that the list has; doubles in it count once."""
        wanted = list(dict.fromkeys(values))
        least = len(wanted) if every else 1
        among = self.array("STRING", wanted)
        return (
            f"(SELECT COUNT(DISTINCT CAST(x AS STRING)) FROM UNNEST({quoted(column.name)}) AS x"  # noqa: S608 - names are quoted
            f" WHERE CAST(x AS STRING) IN UNNEST({among})) >= {least}"
        )

    def other(self, column: Column, values: list[str]) -> str:
        name = quoted(column.name)
        return f"CAST({name} AS STRING) IN UNNEST({self.array('STRING', values)})"

    def since(self, column: Column, day: date, calendar: Calendar) -> str:
        return f"{quoted(column.name)} >= {self._beginning_of(column, day, calendar)}"

    def before(self, column: Column, day: date, calendar: Calendar) -> str:
        return f"{quoted(column.name)} < {self._beginning_of(column, day, calendar)}"

    def hour(self, column: Column, begin: datetime, end: datetime) -> str:
        name = quoted(column.name)
        return f"{name} > {self._moment(column, begin)} AND {name} <= {self._moment(column, end)}"

    def days_of_year(self, column: Column, numbers: list[int], calendar: Calendar) -> str:
        day = quoted(column.name)
        if column.type == "TIMESTAMP":
            day = f"DATE({day}, {self.scalar('STRING', str(calendar.zone))})"
        number = f"EXTRACT(MONTH FROM {day}) * 100 + EXTRACT(DAY FROM {day})"
        return f"{number} IN UNNEST({self.array('INT64', numbers)})"

    def scalar(self, type_: str, value: Any) -> str:
        """Return a new parameter's name in the text."""
        self.params.append(ScalarQueryParameter(f"p{len(self.params)}", type_, value))
        return f"@{self.params[-1].name}"

    def array(self, type_: str, values: Sequence[Any]) -> str:
        """Return the name of a parameter that holds many values: a query has at most 10,000."""
        self.params.append(ArrayQueryParameter(f"p{len(self.params)}", type_, list(values)))
        return f"@{self.params[-1].name}"

    def _beginning_of(self, column: Column, day: date, calendar: Calendar) -> str:
        if column.kind is Kind.DATE:
            return self.scalar("DATE", day)
        return self._moment(column, datetime.combine(day, time(), tzinfo=calendar.zone))

    def _moment(self, column: Column, moment: datetime) -> str:
        utc = moment.astimezone(UTC)
        if column.type == "DATETIME":
            return self.scalar("DATETIME", utc.replace(tzinfo=None))
        return self.scalar("TIMESTAMP", utc)


def quoted(name: str) -> str:
    """Return a column's name in backticks; Google allows neither of the signs that end them."""
    if "`" in name or "\\" in name:
        raise SourceUnavailable(Cause.TABLE, f"The column {name!r} cannot be asked.")
    return f"`{name}`"
