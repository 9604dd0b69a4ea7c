"""A person as somebody tells us about them, before we know whether we have met.

In every column ``None`` means "nothing was said, keep what is there" and ``""`` means "clear it".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

TEXT_COLUMNS = (
    "first_name",
    "last_name",
    "language",
    "time_zone",
    "country",
    "region",
    "town",
    "address",
    "postcode",
    "contact_key",
)


@dataclass(frozen=True, slots=True)
class Person:
    """What is said about one person.

    ``fields`` maps the id of an additional field to its value.  ``token`` is a push or web
    token as ContactKey spells it, ``<application>:<token>``.
    """

    external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    contact_id: int | None = None
    token: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    language: str | None = None
    time_zone: str | None = None
    country: str | None = None
    region: str | None = None
    town: str | None = None
    address: str | None = None
    postcode: str | None = None
    contact_key: str | None = None
    fields: Mapping[int, str | None] = field(default_factory=dict)


class Match(StrEnum):
    """By what a person without an external ID is recognised (an external ID always goes first)."""

    EMAIL = "EMAIL"
    PHONE = "PHONE"
    EMAIL_OR_PHONE = "EMAIL_OR_PHONE"
    TOKEN = "TOKEN"  # noqa: S105 - a kind of key
    EXTERNAL_ID = "EXTERNAL_ID"  # a new external ID may still join the address it comes with
    ID = "ID"
    FIELD = "FIELD"  # an additional field; only where many are merged
    ANY = "ANY"  # e-mail, then phone, then token


KINDS_OF = {
    Match.EMAIL: ("EMAIL",),
    Match.PHONE: ("PHONE",),
    Match.EMAIL_OR_PHONE: ("EMAIL", "PHONE"),
    Match.TOKEN: ("TOKEN",),
    Match.EXTERNAL_ID: ("EMAIL", "PHONE"),
    Match.ID: (),
    Match.FIELD: (),
    Match.ANY: ("EMAIL", "PHONE", "TOKEN"),
}
