"""Which column of a file is what: a guess from its title, and the rules of a good answer."""

import re
from collections.abc import Mapping, Sequence

from sanderling.contacts.cleaning import COLUMNS
from sanderling.contacts.models import Field
from sanderling.contacts.people import Match
from sanderling.lib.errors import Invalid

CONTACT_ID = "contact_id"
TARGETS = (*COLUMNS, CONTACT_ID)
TITLES = {
    "email": "email e-mail mail emailaddress електроннапошта пошта імейл емейл "
    "электроннаяпочта почта имейл емейл адресэлектроннойпочты адресаелектронноїпошти",
    "phone": "phone sms mobile tel telephone phonenumber mobilephone телефон "
    "номертелефону номертелефона мобільний мобильный мобильныйтелефон тел",
    "first_name": "firstname name givenname forename імя имя",
    "last_name": "lastname surname familyname прізвище фамилия",
    "external_id": "externalid externalcustomerid customerid userid clientid crmid idклієнта "
    "idклиента зовнішнійid внешнийid кодклієнта кодклиента номерклієнта номерклиента",
    "language": "language lang languagecode locale мова язык кодмови кодязыка",
    "time_zone": "timezone tz часовийпояс часовойпояс",
    "country": "country країна страна",
    "region": "region state province область регіон регион",
    "town": "town city місто город",
    "address": "address street адреса адрес вулиця улица",
    "postcode": "postcode zip zipcode postalcode індекс поштовийіндекс индекс почтовыйиндекс",
    "contact_key": "contactkey",
    "contact_id": "contactid idконтакту idконтакта",
}
GUESSES = {word: target for target, words in TITLES.items() for word in words.split()}
NEEDED = {
    Match.EMAIL: ("email", "external_id"),
    Match.PHONE: ("phone", "external_id"),
    Match.EMAIL_OR_PHONE: ("email", "phone", "external_id"),
    Match.EXTERNAL_ID: ("external_id",),
    Match.ID: (CONTACT_ID,),
}


def guess(header: Sequence[str], fields: Mapping[int, Field]) -> dict[str, str]:
    """Return targets by the number of their column (as text); each target at most once."""
    titles = GUESSES | _titles_of(fields)
    found: dict[str, str] = {}
    for number, title in enumerate(header):
        target = titles.get(plain(title), "")
        found[str(number)] = "" if target in found.values() else target
    return found


def looks_like_titles(first: Sequence[str]) -> bool:
    """Return whether the first row names columns instead of a person."""
    return not any("@" in cell or re.fullmatch(r"[\d\s+().-]{6,}", cell) for cell in first)


def check(mapping: Mapping[str, str], *, unique_by: str, fields: Mapping[int, Field]) -> None:
    """Raise Invalid with every reason why this mapping cannot work."""
    chosen = [target for target in mapping.values() if target]
    unknown = [target for target in chosen if not is_target(target, fields)]
    problems = [f"There is no field {target}." for target in unknown]
    if len(chosen) != len(set(chosen)):
        problems.append("Two columns go into the same field: skip one of them.")
    problems += _missing_key(chosen, unique_by, fields)
    if problems:
        raise Invalid(problems={"mapping": problems})


def is_target(target: str, fields: Mapping[int, Field]) -> bool:
    """Return whether there is such a column of a contact, or such an additional field."""
    return target in TARGETS or field_id_of(target) in fields


def field_id_of(target: str) -> int:
    """Return the id in ``field:<id>``, or 0."""
    kind, _, number = target.partition(":")
    return int(number) if kind == "field" and number.isdigit() else 0


def match_of(unique_by: str) -> tuple[Match, int | None]:
    """Return how people are recognised, and by which additional field if by one."""
    if field_id := field_id_of(unique_by):
        return Match.FIELD, field_id
    try:
        return Match(unique_by), None
    except ValueError as error:
        raise Invalid(problems={"unique_by": ["Choose the unique field."]}) from error


def plain(title: str) -> str:
    """Return a title without what people write differently: case, spaces, signs."""
    return re.sub(r"[\s_.:*()\-'’ʼ]+", "", title.strip().lower().lstrip("\ufeff"))


def _titles_of(fields: Mapping[int, Field]) -> dict[str, str]:
    titles: dict[str, str] = {}
    for field in fields.values():
        for title in (field.name, field.key, f"{field.group.key}.{field.key}"):
            titles.setdefault(plain(title), f"field:{field.pk}")
    return titles


def _missing_key(chosen: Sequence[str], unique_by: str, fields: Mapping[int, Field]) -> list[str]:
    match, field_id = match_of(unique_by)
    if match == Match.FIELD:
        if field_id in fields and unique_by in chosen:
            return []
        return ["Map a column to the unique field."]
    if not set(chosen) & set(NEEDED.get(match, ())):
        return ["Map a column to the unique field, or to the external ID."]
    return []
