"""Calls values' methods as a template would, through the tables alone."""

from __future__ import annotations

from datetime import UTC, datetime

from sanderling.velocity.limits import Budget
from sanderling.velocity.methods import METHODS, PROPERTIES
from sanderling.velocity.text import java_string
from sanderling.velocity.tools import default_tools

MOMENT = datetime(2020, 9, 2, 13, 5, 9, 123_000, tzinfo=UTC)


def call(value: object, name: str, *arguments: object) -> object:
    """`$value.name(arguments)`; null when the class has no such method."""
    row = METHODS.get(value.__class__, {}).get(name)
    return row(Budget(), value, *arguments) if row else None


def read(value: object, name: str) -> object:
    """`$value.name`; null when the class has no such property."""
    reader = PROPERTIES.get(value.__class__, {}).get(name)
    return reader(Budget(), value) if reader else None


def shown(value: object, name: str, *arguments: object) -> str:
    """What `$value.name(arguments)` prints."""
    return java_string(call(value, name, *arguments))


def tool(name: str, *, locale: str = "en_US", time_zone: str = "UTC", **options: int) -> object:
    """One tool, with the second of September 2020 as the present."""
    tools = default_tools(now=MOMENT, locale=locale, time_zone=time_zone, **options)  # type: ignore
    return tools[name]
