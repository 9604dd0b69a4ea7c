"""A device turns out to be somebody we know: what it did moves there, and is there once."""

import pytest
from django.utils import timezone

from sanderling.contacts import joining
from sanderling.contacts.models import Contact, Joining
from sanderling.exports import comparing
from sanderling.worker import following

DATASETS = ("contactActivities", "contacts", "devices", "events", "orders", "orderItems", "revenue")


@pytest.fixture(params=["postgresql", "bigquery"])
def place(transactional_db, request):
    """Return a world, and how its tables are called."""
    is_far = request.param == "bigquery"
    found = request.getfixturevalue("far" if is_far else "world")
    found.prefix = "shop." if is_far else ""
    return found


def facts(place):
    rows = place.rows(
        f'SELECT "contactId", "activityStatus" FROM {place.prefix}"contactActivities"'
    )
    return sorted(rows)


def assert_equal(export):
    comparing.compare(export)
    found = {row.dataset: (row.days, row.error) for row in comparing.latest(export)}
    assert found == dict.fromkeys(export.datasets, ([], ""))


def test_facts_that_move_to_another_contact_are_not_there_twice(place):
    cast = place.cast
    phone = Contact.objects.create(organisation=cast.organisation, language="uk")
    export = place.export(*DATASETS, schema="shop" if place.prefix else "public")
    place.activity("DELIVERED", contact_id=phone.pk)
    place.activity("CLICKED")
    place.order("O-1", contact_id=phone.pk)
    place.run(export)
    dina = cast.dina.pk
    assert facts(place) == [(dina, "CLICKED"), (phone.pk, "DELIVERED")]

    joining.join(cast.organisation.pk, phone.pk, dina, reason="The same device.", by=cast.owner)
    place.run(export)  # before the facts have moved
    assert following.follow_due() == 1
    place.run(export)
    assert facts(place) == [(dina, "CLICKED"), (dina, "DELIVERED")]
    assert_equal(export)

    place.activity("RECEIVED", contact_id=phone.pk)  # one that was being written meanwhile
    place.run(export)
    Joining.objects.update(followed_at=timezone.now() - joining.SECOND_LOOK)
    assert following.follow_due() == 1
    place.run(export)
    assert facts(place) == [(dina, "CLICKED"), (dina, "DELIVERED"), (dina, "RECEIVED")]
    assert_equal(export)
