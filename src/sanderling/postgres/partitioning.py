"""Tables of facts are cut by month, so that old months can be moved or dropped at once.

Rows of a month without a partition of its own (history that is imported late) go to the
default partition: nothing is ever refused for its date.
"""

import datetime as dt
from typing import Any

from django.db import connection
from django.db.migrations.operations import CreateModel
from psycopg import sql

MONTHS_AHEAD = 3


class CreatePartitionedModel(CreateModel):
    """``CreateModel`` whose table is ``PARTITION BY RANGE (by)`` with a default partition."""

    def __init__(self, *args: Any, by: str, **kwargs: Any) -> None:
        self.by = by
        super().__init__(*args, **kwargs)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Create the table, its default partition and the months around today."""
        model = to_state.apps.get_model(app_label, self.name)
        plain = schema_editor.sql_create_table
        schema_editor.sql_create_table = f"{plain} PARTITION BY RANGE ({self.by})"
        try:
            schema_editor.create_model(model)
        finally:
            schema_editor.sql_create_table = plain
        table = model._meta.db_table
        schema_editor.execute(f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT")
        for month in months_around(dt.datetime.now(dt.UTC).date()):
            schema_editor.execute(partition_of(table, month).as_string(None))

    def deconstruct(self) -> Any:
        """Remember the column."""
        name, args, kwargs = super().deconstruct()
        return name, args, {**kwargs, "by": self.by}


def months_around(today: dt.date) -> list[dt.date]:
    """Return the first days of last month up to ``MONTHS_AHEAD`` months from now."""
    number = today.year * 12 + today.month - 1
    return [_month(number + offset) for offset in range(-1, MONTHS_AHEAD + 1)]


def partition_of(table: str, month: dt.date) -> sql.Composed:
    """Return the DDL of one month's partition."""
    return sql.SQL(
        "CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table} FOR VALUES FROM ({low}) TO ({high})"
    ).format(
        name=sql.Identifier(f"{table}_{month:%Y_%m}"),
        table=sql.Identifier(table),
        low=sql.Literal(f"{month:%Y-%m-%d} 00:00:00+00"),
        high=sql.Literal(f"{_month(month.year * 12 + month.month):%Y-%m-%d} 00:00:00+00"),
    )


def ensure_months(tables: tuple[str, ...], *, today: dt.date) -> None:
    """Make the partitions of the months to come.

    A month whose rows already lie in the default partition keeps them there: moving them
    would lock the table, and queries find them all the same.
    """
    for table in tables:
        for month in months_around(today):
            if not _exists(f"{table}_{month:%Y_%m}") and not _has_rows_in_rest(table, month):
                with connection.cursor() as cursor:
                    cursor.execute(partition_of(table, month).as_string(None))


def _month(number: int) -> dt.date:
    return dt.date(number // 12, number % 12 + 1, 1)


def _exists(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        return bool(cursor.fetchone()[0])


def _has_rows_in_rest(table: str, month: dt.date) -> bool:
    statement = sql.SQL(
        "SELECT EXISTS (SELECT FROM {rest} WHERE occurred_at >= {low} AND occurred_at < {high})"
    ).format(
        rest=sql.Identifier(f"{table}_rest"),
        low=sql.Literal(f"{month:%Y-%m-%d} 00:00:00+00"),
        high=sql.Literal(f"{_month(month.year * 12 + month.month):%Y-%m-%d} 00:00:00+00"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(None))
        return bool(cursor.fetchone()[0])
