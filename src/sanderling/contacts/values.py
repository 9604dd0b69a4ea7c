"""The values of additional fields, each written down in the one canonical form of its type.

Segments compare and exports copy these texts without asking what was meant.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from sanderling.contacts.models import Field, FieldType

LONGEST = {FieldType.TEXT: 1000, FieldType.TEXTAREA: 5000}
DATE_FORMATS = ("%d/%m/%Y", "%d.%m.%Y", "%d.%m.%y")
INT32 = 2**31
WITH_CHOICES = (FieldType.COMBOBOX, FieldType.CHECKBOXES)


def canonical(field: Field, value: str) -> str | None:
    """Return the value in the one form of its type, or None when it is none of that type.

    An empty value is canonical in every type: it clears the field.
    """
    value = value.strip()
    if not value:
        return ""
    reader = READERS.get(field.type)
    return reader(value, field) if reader else None


def clean(
    fields: Mapping[int, Field], values: Mapping[int, str | None]
) -> tuple[dict[int, str], dict[str, list[str]]]:
    """Return canonical values by field id, and what is wrong with the others."""
    good: dict[int, str] = {}
    problems: dict[str, list[str]] = {}
    for field_id, value in values.items():
        field = fields.get(field_id)
        if value is None:
            continue
        if field is None:
            problems[f"field:{field_id}"] = ["There is no such additional field."]
        elif (written := canonical(field, value)) is None:
            problems[f"field:{field_id}"] = [what_is_expected(field)]
        else:
            good[field_id] = written
    return good, problems


def what_is_expected(field: Field) -> str:
    """Return a sentence that says what this field takes."""
    if field.type in WITH_CHOICES:
        return f"{field.name}: choose from {', '.join(field.allowed_values)}."
    return f"{field.name}: {EXPECTATIONS[FieldType(field.type)]}"


def _text(value: str, field: Field) -> str | None:
    return value if len(value) <= LONGEST[FieldType(field.type)] else None


def _number(value: str, field: Field) -> str | None:
    try:
        number = int(value.replace(" ", "").replace("\u00a0", ""))
    except ValueError:
        return None
    return str(number) if -INT32 <= number < INT32 else None


def _decimal(value: str, field: Field) -> str | None:
    plain = value.replace(" ", "").replace("\u00a0", "").replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return format(number, "f") if number.is_finite() and len(plain) <= 40 else None


def _date(value: str, field: Field) -> str | None:
    try:
        return dt.date.fromisoformat(value[:10]).isoformat() if value[4:5] == "-" else _local(value)
    except ValueError:
        return None


def _local(value: str) -> str | None:
    for form in DATE_FORMATS:
        try:
            return dt.datetime.strptime(value, form).date().isoformat()  # noqa: DTZ007 - a date
        except ValueError:
            continue
    return None


def _datetime(value: str, field: Field) -> str | None:
    try:
        return dt.datetime.fromisoformat(value).isoformat(timespec="minutes")
    except ValueError:
        return None


def _choice(value: str, field: Field) -> str | None:
    if not field.allowed_values or value in field.allowed_values:
        return value
    return next((c for c in field.allowed_values if c.casefold() == value.casefold()), None)


def _choices_of(value: str, field: Field) -> str | None:
    """Take a JSON list, or the words between commas."""
    try:
        words = json.loads(value) if value.startswith("[") else value.split(",")
        chosen = [_choice(str(word).strip(), field) for word in words if str(word).strip()]
    except ValueError:
        return None
    return None if None in chosen else json.dumps(chosen, ensure_ascii=False)


READERS: dict[str, Callable[[str, Field], str | None]] = {
    FieldType.TEXT: _text,
    FieldType.TEXTAREA: _text,
    FieldType.NUMBER: _number,
    FieldType.DECIMAL: _decimal,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.COMBOBOX: _choice,
    FieldType.CHECKBOXES: _choices_of,
}
EXPECTATIONS = {
    FieldType.TEXT: "at most 1,000 characters.",
    FieldType.TEXTAREA: "at most 5,000 characters.",
    FieldType.NUMBER: "a whole number.",
    FieldType.DECIMAL: "a number.",
    FieldType.DATE: "a date like 1990-04-17 or 17.04.1990.",
    FieldType.DATETIME: "a date and time like 2025-01-31T09:30.",
}
