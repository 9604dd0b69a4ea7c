"""The quick roads of ``validating`` answer as the libraries do."""

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from sanderling.contacts import validating

LOCAL = st.text("abzAZ019._+-'", min_size=1, max_size=70)
DOMAIN = st.text("abzA09.-", min_size=1, max_size=80)


@given(LOCAL, DOMAIN)
def test_an_email_is_judged_as_by_email_validator(local, domain):
    address = f"{local}@{domain}"
    try:
        found = validate_email(address, check_deliverability=False, globally_deliverable=False)
        expected = address if "." in found.domain else None
    except EmailNotValidError:
        expected = None
    assert validating.email(address) == expected


@given(st.from_regex(r"\A[1-9][0-9]{4,15}\Z"))
def test_a_phone_is_judged_as_by_phonenumbers(digits):
    try:
        number = phonenumbers.parse("+" + digits)
        possible = phonenumbers.is_possible_number(number)
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
    except phonenumbers.NumberParseException:
        possible, written = False, None
    assert validating.phone(digits) == (written if possible else None)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+38 (067) 000-00-01", "380670000001"),
        ("0038 067 000 00 01", "380670000001"),
        ("+44 20 7946 0018", "442079460018"),
        ("+380 0 67 000 00 01", "380670000001"),
        ("12", None),
        ("call me", None),
        ("+٣٨٠٦٧٠٠٠٠٠٠١", None),
        ("", None),
    ],
)
def test_phones_are_kept_as_digits(written, kept):
    assert validating.phone(written) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Dina", "Dina"),
        ("  Anna   Maria ", "Anna Maria"),
        ("Жан-Поль", "Жан-Поль"),
        ("O'Neil", "O'Neil"),
        ("Дар’я", "Дар’я"),
        ("Jr.", "Jr."),
        ("Louis14", "Louis14"),
        ("Louis1400", None),
        ("Junior.", None),
        ("007", None),
        ("<b>", None),
        ("-Ann", None),
        ("A" * 41, None),
        ("Anna Maria Julia Elizabeth", None),
        ("", None),
    ],
)
def test_first_names_follow_the_rules_of_the_api(written, kept):
    assert validating.first_name(written) == kept


def test_a_last_name_may_have_many_words():
    assert validating.last_name("Garcia Marquez Lopez Fernandez") is not None
    assert validating.first_name("Garcia Marquez Lopez Fernandez") is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [("EN", "en"), ("es_ar", "es-AR"), ("zh-hant-TW", "zh-Hant-TW"), ("english", None), ("", None)],
)
def test_languages_are_written_as_the_standard_does(written, kept):
    assert validating.language(written) == kept


def test_time_zones_are_known_by_name_only():
    assert validating.time_zone("europe/kyiv") == "Europe/Kyiv"
    assert validating.time_zone("Mars/Base") is None
