"""The organisation itself: what its page of settings shows and changes."""

from typing import Any

from sanderling.accounts import organisations
from sanderling.accounts.models import Organisation
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Shape

COLUMNS = (
    "name", "time_zone", "language", "currency", "second_person", "text_scalars", "password_calls",
)  # fmt: skip


class OrganisationBody(Shape):
    """What is changed of the organisation; members that are absent stay."""

    name: str | None = None
    time_zone: str | None = None
    language: str | None = None
    currency: str | None = None
    second_person: bool | None = None
    text_scalars: bool | None = None
    password_calls: bool | None = None


@operation("GET", "/v3/organisation", summary="Settings of the organisation")
def get_organisation(call: Call) -> dict[str, Any]:
    """Return the settings."""
    return _shown(call.organisation)


@operation("PUT", "/v3/organisation", summary="Change the settings of the organisation")
def change_organisation(call: Call, body: OrganisationBody) -> dict[str, Any]:
    """Change what is given.

    ``textScalars`` makes old methods write numbers as texts; with ``passwordCalls`` owners and
    marketers may call with their own login and password.
    """
    given = {name: getattr(body, name) for name in COLUMNS}
    changes = {name: value for name, value in given.items() if value is not None}
    return _shown(organisations.change(call.organisation_id, changes, by=call.actor))


def _shown(organisation: Organisation) -> dict[str, Any]:
    return {
        "id": organisation.pk,
        "name": organisation.name,
        "timeZone": organisation.time_zone,
        "language": organisation.language,
        "currency": organisation.currency,
        "secondPerson": organisation.second_person,
        "textScalars": organisation.text_scalars,
        "passwordCalls": organisation.password_calls,
    }
