"""Conditions printed as PostgreSQL; values are literals, names identifiers.

Values are cast to the column's own type, so that its index can serve.
"""

from datetime import UTC, date, datetime, time
from decimal import Decimal

from psycopg import sql

from sanderling.connectors.drivers.conditions import Calendar, Condition, Operator
from sanderling.connectors.drivers.postgres.describing import Description, PlainColumn
from sanderling.connectors.drivers.printing import Dialect
from sanderling.connectors.drivers.tables import Column, Kind

SIGNS = {
    Operator.IS: sql.SQL("="),
    Operator.MORE: sql.SQL(">"),
    Operator.AT_LEAST: sql.SQL(">="),
    Operator.LESS: sql.SQL("<"),
    Operator.AT_MOST: sql.SQL("<="),
}


def printed(
    condition: Condition, description: Description, *, calendar: Calendar
) -> sql.Composable:
    """Return the condition as SQL.

    Raises WrongCondition with the column's name when operator or value do not fit.
    """
    return _PostgreSQL(description).condition(condition, calendar)


class _PostgreSQL(Dialect[sql.Composable]):
    """PostgreSQL over one table."""

    def __init__(self, description: Description) -> None:
        self._description = description

    def column(self, name: str) -> Column:
        return self._description.column(name)

    def joined(self, parts: list[sql.Composable], word: str, empty: str) -> sql.Composable:
        if not parts:
            return sql.SQL(empty)
        return sql.SQL(word).join([sql.SQL("({})").format(part) for part in parts])

    def untrue(self, part: sql.Composable) -> sql.Composable:
        return sql.SQL("({}) IS NOT TRUE").format(part)

    def specified(self, column: Column) -> sql.Composable:
        name = sql.Identifier(column.name)
        if column.kind is Kind.TEXT:
            return sql.SQL("{}::text <> ''").format(name)
        if column.kind is Kind.LIST:
            return sql.SQL("cardinality({}) > 0").format(name)
        return sql.SQL("{} IS NOT NULL").format(name)

    def text(self, column: Column, operator: Operator, values: list[str]) -> sql.Composable:
        if operator is Operator.IS:
            return sql.SQL("{} = {}").format(_as_text(column), sql.Literal(values[0]))
        if operator is Operator.IN:
            return sql.SQL("{} = ANY ({}::text[])").format(_as_text(column), sql.Literal(values))
        pattern = _escaped(values[0])
        if operator is not Operator.STARTS:
            pattern = f"%{pattern}"
        if operator is not Operator.ENDS:
            pattern = f"{pattern}%"
        name = sql.Identifier(column.name)
        return sql.SQL("{}::text ILIKE {}").format(name, sql.Literal(pattern))

    def number(self, column: Column, operator: Operator, values: list[Decimal]) -> sql.Composable:
        name = _as_number(column)
        literals = [sql.Literal(value) for value in values]
        if operator is Operator.IN:
            return sql.SQL("{} IN ({})").format(name, sql.SQL(", ").join(literals))
        if operator is Operator.BETWEEN:
            return sql.SQL("{} BETWEEN {} AND {}").format(name, *literals)
        return sql.SQL("{} {} {}").format(name, SIGNS[operator], literals[0])

    def boolean(self, column: Column, value: bool) -> sql.Composable:
        return sql.SQL("{} = {}").format(sql.Identifier(column.name), sql.Literal(value))

    def listed(self, column: Column, values: list[str], *, every: bool) -> sql.Composable:
        return sql.SQL("{}::text[] {} {}::text[]").format(
            sql.Identifier(column.name),
            sql.SQL("@>" if every else "&&"),
            sql.Literal(values),
        )

    def other(self, column: Column, values: list[str]) -> sql.Composable:
        name = sql.Identifier(column.name)
        return sql.SQL("{}::text = ANY ({}::text[])").format(name, sql.Literal(values))

    def since(self, column: Column, day: date, calendar: Calendar) -> sql.Composable:
        begin = _beginning_of(column, day, calendar)
        return sql.SQL("{} >= {}").format(sql.Identifier(column.name), begin)

    def before(self, column: Column, day: date, calendar: Calendar) -> sql.Composable:
        begin = _beginning_of(column, day, calendar)
        return sql.SQL("{} < {}").format(sql.Identifier(column.name), begin)

    def hour(self, column: Column, begin: datetime, end: datetime) -> sql.Composable:
        return sql.SQL("{name} > {begin} AND {name} <= {end}").format(
            name=sql.Identifier(column.name),
            begin=_moment(column, begin),
            end=_moment(column, end),
        )

    def days_of_year(
        self, column: Column, numbers: list[int], calendar: Calendar
    ) -> sql.Composable:
        day = _local_day(column, calendar)
        number = sql.SQL("(extract(month FROM {day}) * 100 + extract(day FROM {day}))::int").format(
            day=day
        )
        return sql.SQL("{} = ANY ({}::int[])").format(number, sql.Literal(numbers))


def _base(column: Column) -> str:
    assert isinstance(column, PlainColumn)
    return column.base


def _as_text(column: Column) -> sql.Composable:
    """Return the column as text; a cast that would change nothing would lose the index."""
    name = sql.Identifier(column.name)
    return name if _base(column) in {"text", "varchar"} else sql.SQL("{}::text").format(name)


def _as_number(column: Column) -> sql.Composable:
    name = sql.Identifier(column.name)
    return sql.SQL("{}::numeric").format(name) if _base(column) == "money" else name


def _beginning_of(column: Column, day: date, calendar: Calendar) -> sql.Composable:
    """Return a day's begin, typed as the column; a timestamp without a zone is UTC."""
    if column.kind is Kind.DATE:
        return sql.SQL("{}::date").format(sql.Literal(day.isoformat()))
    return _moment(column, datetime.combine(day, time(), tzinfo=calendar.zone))


def _moment(column: Column, moment: datetime) -> sql.Composable:
    utc = moment.astimezone(UTC)
    if _base(column) == "timestamptz":
        return sql.SQL("{}::timestamptz").format(sql.Literal(utc.isoformat()))
    return sql.SQL("{}::timestamp").format(sql.Literal(utc.replace(tzinfo=None).isoformat()))


def _local_day(column: Column, calendar: Calendar) -> sql.Composable:
    name = sql.Identifier(column.name)
    if _base(column) != "timestamptz":
        return name
    return sql.SQL("({} AT TIME ZONE {})").format(name, sql.Literal(str(calendar.zone)))


def _escaped(text: str) -> str:
    """Return text in which LIKE sees no wildcard."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
