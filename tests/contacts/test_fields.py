import pytest

from sanderling.contacts import fields, values
from sanderling.contacts.models import Field, FieldGroup
from sanderling.lib.errors import Conflict, Forbidden, Invalid, NotFound


def test_an_organisation_starts_with_birthday_and_gender(cast):
    here = cast.organisation.pk
    fields.create_defaults(here)
    fields.create_defaults(here)
    assert list(fields.by_personalisation_key(here)) == ["PERSONAL.BIRTHDAY", "PERSONAL.GENDER"]


def test_a_key_is_made_from_the_name_in_any_alphabet(cast):
    group = fields.create_group(cast.organisation.pk, "Розмір ноги", by=cast.owner)
    assert group.key == "ROZMIR_NOGI"
    with pytest.raises(Conflict):
        fields.create_group(cast.organisation.pk, "Rozmir nogi", by=cast.owner)
    with pytest.raises(Invalid):
        fields.create_group(cast.organisation.pk, "数", by=cast.owner)
    assert FieldGroup.objects.count() == 1


def test_a_list_with_fields_cannot_be_deleted(cast):
    here = cast.organisation.pk
    group = fields.create_group(here, "Sizes", by=cast.owner)
    field = fields.create_field(here, group.pk, name="Shoe", kind="number", by=cast.owner)
    with pytest.raises(Conflict, match="fields of this list first"):
        fields.delete_group(here, group.pk, by=cast.owner)
    fields.delete_field(here, field.pk, by=cast.owner)
    fields.delete_group(here, group.pk, by=cast.owner)
    assert FieldGroup.objects.count() == 0


def test_only_an_owner_changes_fields_and_only_at_home(cast):
    group = fields.create_group(cast.organisation.pk, "Sizes", by=cast.owner)
    with pytest.raises(Forbidden):
        fields.create_field(cast.organisation.pk, group.pk, name="Shoe", by=cast.sender)
    with pytest.raises(NotFound):
        fields.create_field(cast.elsewhere.pk, group.pk, name="Shoe", by=cast.stranger)
    assert Field.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("date", "1990-04-17", "1990-04-17"),
        ("date", "17/04/1990", "1990-04-17"),
        ("date", "17.04.90", "1990-04-17"),
        ("date", "31.02.1990", None),
        ("datetime", "2025-01-31T09:30", "2025-01-31T09:30"),
        ("number", " 1 000 ", "1000"),
        ("number", "2147483648", None),
        ("number", "1.5", None),
        ("decimal", "1 000,50", "1000.50"),
        ("decimal", "1e3", "1000"),
        ("decimal", "NaN", None),
        ("combobox", "red", "Red"),
        ("combobox", "blue", None),
        ("checkboxlist", "red, GREEN", '["Red", "Green"]'),
        ("checkboxlist", '["Red"]', '["Red"]'),
        ("checkboxlist", "red, blue", None),
        ("textfield", "x" * 1000, "x" * 1000),
        ("textfield", "x" * 1001, None),
        ("number", "  ", ""),
    ],
)
def test_values_have_one_canonical_form(kind, given, kept):
    field = Field(name="It", type=kind, allowed_values=["Red", "Green"])
    if kind not in ("combobox", "checkboxlist"):
        field.allowed_values = []
    assert values.canonical(field, given) == kept
