"""Facts and totals."""

import datetime as dt

import pytest
from django.db import connection, transaction
from together import at_once

from sanderling.activities import reading
from sanderling.activities.models import Activity, Rollup
from sanderling.activities.recording import NewActivity, record

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def fact(contact, status, *, at=NOON, delivery=7, **more):
    return NewActivity(
        contact.organisation_id, contact.pk, status, at, delivery_id=delivery, **more
    )


def test_facts_are_rows_and_totals_at_once(cast):
    record(
        [
            fact(cast.dina, "SENT"),
            fact(cast.dina, "DELIVERED", at=NOON + HOUR),
            fact(cast.ivan, "SENT", delivery=8),
        ]
    )
    assert Activity.objects.filter(contact_id=cast.dina.pk).count() == 2
    dina = Rollup.objects.get(contact_id=cast.dina.pk)
    assert (dina.total_sent, dina.total_received, dina.total_viewed) == (1, 1, 0)
    assert (dina.last_sent, dina.last_received, dina.last_viewed) == (NOON, NOON + HOUR, None)
    assert Rollup.objects.get(contact_id=cast.ivan.pk).total_sent == 1


def test_opening_one_message_three_times_is_three_facts_and_one_message_viewed(cast):
    record([fact(cast.dina, "RECEIVED")])
    record([fact(cast.dina, "RECEIVED", at=NOON + HOUR), fact(cast.dina, "RECEIVED", at=NOON)])
    assert Activity.objects.filter(status="RECEIVED").count() == 3
    totals = Rollup.objects.get(contact_id=cast.dina.pk)
    assert (totals.total_viewed, totals.last_viewed) == (1, NOON + HOUR)
    record([fact(cast.dina, "RECEIVED", delivery=9)])
    totals.refresh_from_db()
    assert totals.total_viewed == 2


def test_an_older_fact_does_not_move_the_last_date_back(cast):
    record([fact(cast.dina, "CLICKED", at=NOON)])
    record([fact(cast.dina, "CLICKED", at=NOON - HOUR, delivery=8)])
    totals = Rollup.objects.get(contact_id=cast.dina.pk)
    assert (totals.total_clicked, totals.last_clicked) == (2, NOON)


def test_totals_are_marked_as_changed_for_the_export(cast):
    record([fact(cast.dina, "SENT")])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE activities_rollup SET changed = '3'::xid8")
    record([fact(cast.dina, "DELIVERED")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT changed > '3'::xid8 FROM activities_rollup")
        assert cursor.fetchone() == (True,)


def test_a_failure_leaves_neither_facts_nor_totals(cast):
    with pytest.raises(ValueError, match="NONSENSE"), transaction.atomic():
        record([fact(cast.dina, "SENT"), fact(cast.dina, "NONSENSE")])
    assert Activity.objects.count() == 0
    assert Rollup.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_openings_in_the_same_moment_count_as_one_message(cast):
    def open_it():
        record([fact(cast.dina, "RECEIVED")])

    at_once(open_it, open_it)
    assert Activity.objects.filter(status="RECEIVED").count() == 2
    assert Rollup.objects.get(contact_id=cast.dina.pk).total_viewed == 1


def test_the_figures_of_a_broadcast_count_facts_and_people(cast):
    record(
        [
            fact(cast.dina, "RECEIVED", broadcast_id=5),
            fact(cast.dina, "RECEIVED", broadcast_id=5, at=NOON + 3 * HOUR),
            fact(cast.ivan, "RECEIVED", broadcast_id=5, delivery=8),
            fact(cast.ivan, "CLICKED", broadcast_id=5, delivery=8, link="https://a.example/"),
            fact(cast.ivan, "CLICKED", broadcast_id=6, delivery=9, link="https://b.example/"),
        ]
    )
    here = cast.organisation.pk
    assert reading.counts_of_broadcast(here, 5) == {
        "RECEIVED": reading.Count(3, 2),
        "CLICKED": reading.Count(1, 1),
    }
    assert reading.broadcast_by_time(here, 5, step=HOUR) == [
        (NOON, "CLICKED", 1),
        (NOON, "RECEIVED", 2),
    ]
    assert reading.links_of_broadcast(here, 5) == [("https://a.example/", 1, 1)]
    assert reading.counts_of_broadcast(cast.elsewhere.pk, 5) == {}


def test_a_timeline_is_newest_first_and_ours_alone(cast):
    record([fact(cast.dina, "SENT"), fact(cast.dina, "CLICKED", at=NOON + HOUR)])
    here = [one.status for one in reading.timeline(cast.organisation.pk, cast.dina.pk)]
    assert here == ["CLICKED", "SENT"]
    assert reading.timeline(cast.elsewhere.pk, cast.dina.pk) == []
