"""The objects that every template has besides its data: `$math`, `$number`, `$date`, `$esc`…

Names, methods and results are those of velocity-tools 3.x. Tools hold no state that a template can
change, so one set serves a whole campaign; what differs between contacts is only what they print.
Importing this package puts the tools' methods into the tables of `sanderling.velocity.methods`.
"""

from __future__ import annotations

from datetime import datetime

from sanderling.velocity.methods import METHODS, PROPERTIES, constant, properties_of
from sanderling.velocity.methods.method import Table
from sanderling.velocity.text.locales import locale_of
from sanderling.velocity.text.printing import PRINTERS
from sanderling.velocity.tools.alternating import (
    ALTERNATOR_METHODS,
    ALTERNATOR_TOOL_METHODS,
    Alternator,
    AlternatorTool,
    alternator_text,
)
from sanderling.velocity.tools.calendar import (
    CALENDAR_METHODS,
    CALENDAR_PROPERTIES,
    Calendar,
    calendar_text,
)
from sanderling.velocity.tools.comparison import (
    COMPARISON_METHODS,
    Comparison,
    comparison_text,
)
from sanderling.velocity.tools.converting import CONVERT_METHODS, ConversionTool
from sanderling.velocity.tools.date_formatting import (
    DATE_TOOL_METHODS,
    DATE_TOOL_PROPERTIES,
    DateTool,
    date_tool_text,
    zone_of,
)
from sanderling.velocity.tools.displaying import (
    DISPLAY_METHODS,
    MEASUREMENT_METHODS,
    DisplayTool,
    Measurements,
    measurements_text,
)
from sanderling.velocity.tools.escaping import ESCAPE_METHODS, EscapeTool
from sanderling.velocity.tools.json_reading import JSON_METHODS, JsonTool
from sanderling.velocity.tools.maths import MATH_METHODS, MathTool
from sanderling.velocity.tools.number_formatting import NUMBER_TOOL_METHODS, NumberTool
from sanderling.velocity.tools.sorting import (
    COLLECTION_TOOL_METHODS,
    SORTER_METHODS,
    CollectionTool,
    SortTool,
)

__all__ = ["NAMES", "default_tools"]

NAMES = frozenset(
    {
        "alternator", "collection", "comparisonDate", "convert", "date", "display",
        "esc", "json", "math", "mathTool", "number", "sorter",
    }
)  # fmt: skip
"""What `default_tools` are called; a context seldom has such names."""

_TABLES: dict[type, Table] = {
    MathTool: MATH_METHODS,
    NumberTool: NUMBER_TOOL_METHODS,
    DateTool: DATE_TOOL_METHODS,
    Calendar: CALENDAR_METHODS,
    Comparison: COMPARISON_METHODS,
    EscapeTool: ESCAPE_METHODS,
    DisplayTool: DISPLAY_METHODS,
    Measurements: MEASUREMENT_METHODS,
    SortTool: SORTER_METHODS,
    CollectionTool: COLLECTION_TOOL_METHODS,
    AlternatorTool: ALTERNATOR_TOOL_METHODS,
    Alternator: ALTERNATOR_METHODS,
    ConversionTool: CONVERT_METHODS,
    JsonTool: JSON_METHODS,
}

for _kind, _table in _TABLES.items():
    METHODS[_kind] = _table
    PROPERTIES[_kind] = properties_of(_table)

# `$number.format` without arguments is the name of the format in use.
PROPERTIES[NumberTool] |= {"format": constant("default")}
PROPERTIES[DateTool] |= DATE_TOOL_PROPERTIES | {"format": constant("default")}
PROPERTIES[Calendar] |= CALENDAR_PROPERTIES
PRINTERS.update(
    {
        DateTool: date_tool_text,
        Calendar: calendar_text,
        Comparison: comparison_text,
        Measurements: measurements_text,
        Alternator: alternator_text,
    }
)


def default_tools(
    *,
    now: datetime,
    locale: str = "en_US",
    time_zone: str = "UTC",
    seed: int | None = None,
) -> dict[str, object]:
    """The tools by the names that templates know them by.

    `now` is what "today" means in this message (without a zone it is UTC); `locale` (`uk_UA`) and
    `time_zone` (`Europe/Kyiv`) are the reader's. Random numbers exist only with a `seed`.

    Raises MethodFailed when the locale or the time zone does not exist.
    """
    language, zone = locale_of(locale), zone_of(time_zone)
    math = MathTool(language, seed=seed)
    date = DateTool(now, language, zone)
    return {
        "math": math,
        "mathTool": math,
        "number": NumberTool(language),
        "date": date,
        "comparisonDate": date,
        "esc": EscapeTool(),
        "display": DisplayTool(language, zone),
        "sorter": SortTool(),
        "collection": CollectionTool(),
        "alternator": AlternatorTool(),
        "convert": ConversionTool(date.now, language, zone),
        "json": JsonTool(),
    }
