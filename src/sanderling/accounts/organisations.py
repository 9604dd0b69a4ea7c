"""What an owner may change of the organisation."""

import re
import zoneinfo

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Organisation
from sanderling.accounts.rights import Permission, require
from sanderling.lib.errors import Invalid

LANGUAGES = ("en", "uk", "ru")
LONGEST_NAME = 200
CURRENCY = re.compile("[A-Z]{3}")


def change(organisation_id: int, changes: dict[str, object], *, by: Actor) -> Organisation:
    """Change columns of the organisation; raise Invalid with what is wrong of each."""
    require(by, Permission.ADMINISTER)
    organisation = Organisation.objects.get(pk=organisation_id)
    for name, value in changes.items():
        setattr(organisation, name, value)
    if problems := _problems_of(organisation):
        raise Invalid(problems=problems)
    if changes:
        organisation.save(update_fields=list(changes))
        auditing.record(by, "organisation.edit", organisation.pk)
    return organisation


def _problems_of(organisation: Organisation) -> dict[str, list[str]]:
    problems = {}
    if not 1 <= len(organisation.name.strip()) <= LONGEST_NAME:
        problems["name"] = [f"Give a name of at most {LONGEST_NAME} characters."]
    if organisation.time_zone not in zoneinfo.available_timezones():
        problems["time_zone"] = ["There is no such time zone."]
    if organisation.language not in LANGUAGES:
        problems["language"] = [f"Choose of: {', '.join(LANGUAGES)}."]
    if not CURRENCY.fullmatch(organisation.currency):
        problems["currency"] = ["Three capital letters, such as EUR."]
    return problems
