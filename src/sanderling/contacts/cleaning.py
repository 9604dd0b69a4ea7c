"""A person as told, made into a person as kept: trimmed, normalised, with a list of complaints."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sanderling.contacts import validating, values
from sanderling.contacts.models import Field
from sanderling.contacts.people import Person

LONGEST = {
    "external_id": 100,
    "country": 100,
    "region": 100,
    "town": 100,
    "address": 300,
    "postcode": 20,
    "contact_key": 100,
}
READERS: dict[str, Callable[[str], str | None]] = {
    "first_name": validating.first_name,
    "last_name": validating.last_name,
    "language": validating.language,
    "time_zone": validating.time_zone,
    "email": validating.email,
    "phone": validating.phone,
}
COMPLAINTS = {
    "first_name": "A first name has at most 40 characters: letters, few digits.",
    "last_name": "A last name has at most 40 characters: letters, few digits.",
    "language": "This is not a language code like en or es-AR.",
    "time_zone": "There is no such time zone; write it like Europe/Kyiv.",
    "email": "This is not an e-mail address.",
    "phone": "This is not a phone number in international form.",
}
COLUMNS = (*READERS, *LONGEST)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What may be stored, and what is wrong with the rest (by column or ``field:<id>``)."""

    person: Person
    problems: dict[str, list[str]] = field(default_factory=dict)


def clean(person: Person, fields: Mapping[int, Field]) -> Cleaned:
    """Return the person with only usable values, and a complaint for every other one."""
    good: dict[str, Any] = dict.fromkeys(COLUMNS)
    problems: dict[str, list[str]] = {}
    for name in COLUMNS:
        value = getattr(person, name)
        if value is None:
            continue
        good[name] = cell(name, value)
        if good[name] is None:
            problems[name] = [complaint(name)]
    own, wrong = values.clean(fields, person.fields)
    return Cleaned(replace(person, **good, fields=own), problems | wrong)


def cell(name: str, value: str) -> str | None:
    """Return the value of a column as it is kept, "" when empty, None when unusable."""
    value = value.replace("\x00", "").strip()
    if not value:
        return ""
    if reader := READERS.get(name):
        return reader(value)
    return value if len(value) <= LONGEST[name] else None


def complaint(name: str) -> str:
    """Return the sentence that says what is wrong with a value of this column."""
    return COMPLAINTS.get(name) or f"At most {LONGEST[name]} characters."
