"""The contact that an event brings along (api.md §5.7.1).

A parameter called ``contactJson`` is checked like a new contact, and an event with a bad one is
refused with the names of what is bad.  The same object under any other name is nobody's business.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from sanderling.api.reading import converted
from sanderling.api.shapes import Id, Shape
from sanderling.contacts import cleaning, fields
from sanderling.contacts.people import Person
from sanderling.lib.errors import Invalid

NAME = "contactJson"
# How the object spells our columns.
SPELT = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "email",
    "phone": "sms",
    "town": "town",
    "time_zone": "timeZone",
    "language": "languageCode",
}


class ProfileInput(Shape):
    """An additional field and its value."""

    profile_input_id: Id | None = None
    value: str | None = None


class EventContact(Shape, rename=None):
    """A contact as events spell it."""

    firstname: str | None = None
    lastname: str | None = None
    email: str | None = None
    sms: str | None = None
    town: str | None = None
    timeZone: str | None = None  # noqa: N815 - the wire's names
    languageCode: str | None = None  # noqa: N815
    profileInputs: list[ProfileInput] | None = None  # noqa: N815
    confirmed: bool | None = None


def check(organisation_id: int, params: Mapping[str, Any]) -> None:
    """Raise Invalid with every bad member of the contact, if the event brings one."""
    if params.get(NAME) is None:
        return
    contact = _read(params[NAME])
    person = Person(
        **{column: getattr(contact, member) for column, member in SPELT.items()},
        fields={
            one.profile_input_id: one.value
            for one in contact.profileInputs or ()
            if one.profile_input_id is not None
        },
    )
    found = cleaning.clean(person, fields.catalogue(organisation_id)).problems
    if found:
        raise Invalid(problems={_spelt(at): _named(at, said) for at, said in found.items()})


def _read(given: Any) -> EventContact:
    """Return the object, which v1's text form writes as a text with JSON."""
    try:
        read = msgspec.json.decode(given) if isinstance(given, str) else given
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid(f"{NAME} is not JSON.") from error
    if not isinstance(read, dict):
        raise Invalid(f"{NAME} must be an object.")
    contact: EventContact = converted(read, EventContact)
    return contact


def _spelt(at: str) -> str:
    """Return a column's name, or that of an additional field, as the object spells it."""
    return SPELT.get(at) or at.replace("field:", "profileInputs.")


def _named(at: str, sentences: list[str]) -> list[str]:
    return [f"{NAME}.{_spelt(at)}: {sentence}" for sentence in sentences]
