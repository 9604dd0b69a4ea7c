import pytest

from sanderling.contacts import consent, erasing, suppressing
from sanderling.contacts.models import Contact, Erasure, Suppression
from sanderling.lib.errors import Invalid, NotFound


def test_a_person_who_unsubscribes_is_suppressed_by_address(cast):
    here = cast.organisation.pk
    assert not suppressing.is_suppressed(here, "EMAIL", "KOZAK@example.com")
    assert consent.unsubscribe(cast.dina, by=cast.owner)
    assert not consent.unsubscribe(cast.dina, by=cast.owner)
    assert suppressing.is_suppressed(here, "EMAIL", "KOZAK@example.com")
    assert not suppressing.is_suppressed(cast.elsewhere.pk, "EMAIL", "kozak@example.com")
    cast.dina.refresh_from_db()
    assert cast.dina.email_status == "UNSUBSCRIBED"
    consent.resubscribe(cast.dina, by=cast.owner)
    cast.dina.refresh_from_db()
    assert cast.dina.email_status == "CONFIRMED"
    assert Suppression.objects.count() == 0


def test_one_bad_address_suppresses_nobody(cast):
    with pytest.raises(Invalid, match="nobody"):
        suppressing.suppress(
            cast.organisation.pk, "EMAIL", ["kozak@example.com", "nobody"], by=cast.owner
        )
    assert Suppression.objects.count() == 0


def test_categories_are_replaced_as_a_whole(cast):
    here = cast.organisation.pk
    for key in ("news", "sales", "events"):
        consent.create_category(here, key=key, name=key.title(), by=cast.owner)
    consent.subscribe(here, cast.dina.pk, ["news", "sales"], by=cast.owner)
    assert consent.wanted_by(here, cast.dina.pk) == ["news", "sales"]
    assert consent.set_categories(here, cast.dina.pk, ["events"], by=cast.owner)
    assert not consent.set_categories(here, cast.dina.pk, ["events"], by=cast.owner)
    assert consent.wanted_by(here, cast.dina.pk) == ["events"]
    with pytest.raises(Invalid, match="unknown"):
        consent.subscribe(here, cast.dina.pk, ["unknown"], by=cast.owner)
    with pytest.raises(NotFound):
        consent.set_categories(cast.elsewhere.pk, cast.dina.pk, [], by=cast.stranger)
    assert consent.wanted_by(here, cast.dina.pk) == ["events"]


def test_erasing_leaves_a_tombstone_and_the_suppression(cast):
    here, dina = cast.organisation.pk, cast.dina.pk
    consent.unsubscribe(cast.dina, by=cast.owner)
    erasing.erase(here, dina, by=cast.owner)
    assert not Contact.objects.filter(pk=dina).exists()
    assert Erasure.objects.get().contact_id == dina
    assert suppressing.is_suppressed(here, "EMAIL", "kozak@example.com")
    with pytest.raises(NotFound):
        erasing.restore(here, dina, by=cast.owner)


def test_a_stranger_erases_nobody(cast):
    with pytest.raises(NotFound):
        erasing.erase(cast.elsewhere.pk, cast.dina.pk, by=cast.stranger)
    assert Contact.objects.filter(pk=cast.dina.pk).exists()
    assert Erasure.objects.count() == 0
