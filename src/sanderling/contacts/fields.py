"""The organisation's own columns: additional fields in lists, each with a personalisation key.

The forms of their values are next door, in ``values``.
"""

import re

from django.db import IntegrityError, models, transaction

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.contacts.models import Field, FieldGroup, FieldType
from sanderling.contacts.values import WITH_CHOICES
from sanderling.lib.errors import Conflict, Invalid, NotFound

KEY = re.compile(r"[A-Z0-9_]{1,100}")
LATIN = str.maketrans("абвгдезийклмнопрстуфхыэіґ", "abvgdeziyklmnoprstufhyeig") | str.maketrans(
    {"ё": "yo", "ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya"}
    | {"є": "ye", "ї": "yi", "ь": "", "ъ": "", "'": "", "’": "", "ʼ": ""}
)


def create_defaults(organisation_id: int) -> None:
    """Give a new organisation the list "Personal" with Birthday and Gender; again: nothing."""
    group, _ = FieldGroup.objects.get_or_create(
        organisation_id=organisation_id, key="PERSONAL", defaults={"name": "Personal"}
    )
    for key, name, kind, choices in (
        ("BIRTHDAY", "Birthday", FieldType.DATE, []),
        ("GENDER", "Gender", FieldType.COMBOBOX, ["Male", "Female"]),
    ):
        Field.objects.get_or_create(
            group=group,
            key=key,
            defaults={
                "organisation_id": organisation_id,
                "name": name,
                "type": kind,
                "allowed_values": choices,
            },
        )


def catalogue(organisation_id: int) -> dict[int, Field]:
    """Return the organisation's fields by id, in the order of their lists."""
    rows = Field.objects.select_related("group").filter(organisation_id=organisation_id)
    return {row.pk: row for row in rows.order_by("group_id", "id")}


def groups(organisation_id: int) -> list[FieldGroup]:
    """Return the lists of fields, oldest first."""
    return list(FieldGroup.objects.filter(organisation_id=organisation_id).order_by("id"))


def by_personalisation_key(organisation_id: int) -> dict[str, Field]:
    """Return the fields by what a message calls them: ``PERSONAL.BIRTHDAY``."""
    rows = catalogue(organisation_id).values()
    return {f"{row.group.key}.{row.key}": row for row in rows}


def create_group(organisation_id: int, name: str, *, key: str = "", by: Actor) -> FieldGroup:
    """Create a list of fields; the key is made from the name unless it is given."""
    require(by, Permission.ADMINISTER)
    name, key = _named(name, key)
    group = FieldGroup(organisation_id=organisation_id, name=name, key=key)
    _save(group, f"There is already a list of fields with the key {key}.")
    auditing.record(by, "field_group.create", group.pk, name=name)
    return group


def create_field(
    organisation_id: int,
    group_id: int,
    *,
    name: str,
    kind: str = FieldType.TEXT,
    key: str = "",
    description: str = "",
    allowed_values: list[str] | None = None,
    is_required: bool = False,
    is_readonly: bool = False,
    by: Actor,
) -> Field:
    """Create an additional field in a list."""
    require(by, Permission.ADMINISTER)
    name, key = _named(name, key)
    choices = _choices(kind, allowed_values)
    field = Field(
        organisation_id=organisation_id,
        group=_group(organisation_id, group_id),
        name=name,
        key=key,
        description=description.strip()[:300],
        type=kind,
        allowed_values=choices,
        is_required=is_required,
        is_readonly=is_readonly,
    )
    _save(field, f"This list already has a field with the key {key}.")
    auditing.record(by, "field.create", field.pk, name=name, type=kind)
    return field


def change_field(
    organisation_id: int,
    field_id: int,
    *,
    name: str,
    key: str,
    description: str = "",
    allowed_values: list[str] | None = None,
    by: Actor,
) -> Field:
    """Rename a field, or change its key and choices; its type stays, for values depend on it."""
    require(by, Permission.ADMINISTER)
    field = get(organisation_id, field_id)
    field.name, field.key = _named(name, key)
    field.description = description.strip()[:300]
    field.allowed_values = _choices(field.type, allowed_values)
    names = ["name", "key", "description", "allowed_values"]
    _save(field, f"This list already has a field with the key {field.key}.", only=names)
    auditing.record(by, "field.change", field.pk, name=field.name)
    return field


def delete_field(organisation_id: int, field_id: int, *, by: Actor) -> None:
    """Delete a field; values that contacts have for it are no longer shown or used."""
    require(by, Permission.ADMINISTER)
    field = get(organisation_id, field_id)
    field.delete()
    auditing.record(by, "field.delete", field_id, name=field.name)


def delete_group(organisation_id: int, group_id: int, *, by: Actor) -> None:
    """Delete an empty list of fields."""
    require(by, Permission.ADMINISTER)
    group = _group(organisation_id, group_id)
    try:
        with transaction.atomic():
            group.delete()
    except models.ProtectedError as error:
        raise Conflict("Delete the fields of this list first.") from error
    auditing.record(by, "field_group.delete", group_id, name=group.name)


def get(organisation_id: int, field_id: int) -> Field:
    """Return a field of this organisation."""
    field = Field.objects.filter(organisation_id=organisation_id, pk=field_id).first()
    if field is None:
        raise NotFound("There is no such additional field.")
    return field


def _named(name: str, key: str) -> tuple[str, str]:
    name = name.strip()
    if not name or len(name) > 100:
        raise Invalid(problems={"name": ["Give it a name of at most 100 characters."]})
    key = key.strip().upper() or _key_of(name)
    if not KEY.fullmatch(key):
        raise Invalid(problems={"key": ["A key has Latin letters, digits and underscores."]})
    return name, key


def _key_of(name: str) -> str:
    latin = name.lower().translate(LATIN)
    return re.sub(r"[^a-z0-9]+", "_", latin).strip("_").upper()


def _choices(kind: str, allowed_values: list[str] | None) -> list[str]:
    if kind not in FieldType.values:
        raise Invalid(problems={"type": [f"Choose one of: {', '.join(FieldType.values)}."]})
    if kind not in WITH_CHOICES:
        return []
    choices = [value.strip() for value in allowed_values or [] if value.strip()]
    if not choices:
        raise Invalid(problems={"allowed_values": ["Say which values can be chosen."]})
    return list(dict.fromkeys(choices))


def _group(organisation_id: int, group_id: int) -> FieldGroup:
    group = FieldGroup.objects.filter(organisation_id=organisation_id, pk=group_id).first()
    if group is None:
        raise NotFound("There is no such list of fields.")
    return group


def _save(row: models.Model, refusal: str, *, only: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            row.save(update_fields=only)
    except IntegrityError as error:
        raise Conflict(refusal) from error
