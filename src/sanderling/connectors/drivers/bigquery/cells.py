"""Values of a BigQuery row as a message sees them: the same as those of PostgreSQL.

Numbers and ids are strings, dates and timestamps ISO-8601 with ``Z``, booleans booleans, JSON and
records nested, arrays lists, and NULL is left out.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sanderling.connectors.drivers.tables import RowDict


def as_dict(row: Mapping[str, Any]) -> RowDict:
    """Return a row without its NULLs."""
    return {name: spoken(value) for name, value in row.items() if value is not None}


def spoken(value: Any) -> Any:
    """Return one value."""
    match value:
        case None | bool() | str():
            return value
        case Decimal():
            return format(value.normalize(), "f")
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
        case dt.datetime():
            return _moment(value)
        case dt.date():
            return f"{value.isoformat()}T00:00:00Z"
        case bytes():
            return value.hex()
        case Mapping():
            return {name: _nested(one) for name, one in value.items()}
        case list() | tuple():
            return [spoken(one) for one in value]
    return str(value)


def _nested(value: Any) -> Any:
    """Return a value inside of JSON or a record; numbers stay numbers there."""
    match value:
        case int() | float():
            return value
        case list() | tuple():
            return [_nested(one) for one in value]
    return spoken(value)


def _moment(value: dt.datetime) -> str:
    """Return the moment in UTC; a DATETIME has no zone and is taken for UTC."""
    utc = value.astimezone(dt.UTC) if value.tzinfo else value
    return utc.replace(tzinfo=None).isoformat() + "Z"
