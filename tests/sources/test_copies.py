"""A copy is asked instead of the table: same rows, same people, until it is too old."""

import datetime as dt

import customer
import pytest
from cast import Cast
from django.db.models.functions import Now
from django.utils import timezone
from shopdb import Shop

from sanderling.contacts.models import Contact
from sanderling.lib.errors import Conflict, Forbidden, Invalid
from sanderling.sources import copies, copying, fetching, saving
from sanderling.sources.fetching import SourceUnavailable
from sanderling.sources.models import Copied, Copy, DataSource
from sanderling.worker import loops

VISITS = """
DROP TABLE IF EXISTS visits;
CREATE TABLE visits (
    id int PRIMARY KEY, email text, spent numeric(10, 2), visited date, seen timestamptz,
    is_vip boolean, colours text[], extra jsonb
);
INSERT INTO visits VALUES
    (1, 'kozak@example.com', 10.50, '2026-01-02', '2026-01-02 10:00:00+02', true,
     '{red,green}', '{"size": "L"}'),
    (2, ' Kozak@Example.com', 20, '2026-03-04', NULL, false, '{blue}', NULL),
    (3, 'ivan@example.com', 5, NULL, NULL, NULL, NULL, NULL),
    (4, NULL, 99, NULL, NULL, NULL, NULL, NULL),
    (5, '  ', 99, NULL, NULL, NULL, NULL, NULL)
"""


@pytest.fixture
def source(cast: Cast, shop: Shop) -> DataSource:
    shop.run(VISITS)
    Contact.objects.filter(pk=cast.dina.pk).update(email="kozak@example.com")
    Contact.objects.filter(pk=cast.ivan.pk).update(email="ivan@example.com")
    connector = customer.connector(shop, cast.owner)
    return customer.source(connector, cast.owner, table="visits")


def copied(cast: Cast, source: DataSource) -> DataSource:
    copies.keep(cast.organisation.pk, source.pk, by=cast.owner)
    assert copying.run_due() == 1
    return saving.get(cast.organisation.pk, source.pk)


def rows_of(cast: Cast, source: DataSource) -> dict[int, list[dict]]:
    return fetching.rows_for([source], [cast.dina.pk, cast.ivan.pk, cast.ghost.pk])[source.pk]


def test_a_copy_gives_the_rows_of_the_table_in_its_order(cast, source):
    live = rows_of(cast, source)
    assert [row["id"] for row in live[cast.dina.pk]] == ["1", "2"]
    assert rows_of(cast, copied(cast, source)) == live

    copy = Copy.objects.get(source=source)
    assert (copy.rows, copy.keyless, copy.error) == (3, 2, "")
    assert Copied.objects.filter(source_id=source.pk).count() == 3


def test_the_table_answers_until_the_first_copy_is_there(cast, source, shop):
    kept = copies.keep(cast.organisation.pk, source.pk, by=cast.owner)
    assert not kept.is_asked_by_copy
    assert len(rows_of(cast, kept)[cast.dina.pk]) == 2


def test_a_change_of_the_table_comes_with_the_next_copy(cast, source, shop):
    kept = copied(cast, source)
    shop.run("DELETE FROM visits WHERE id = 1; ALTER TABLE visits ADD COLUMN note text")
    assert len(rows_of(cast, kept)[cast.dina.pk]) == 2
    assert copying.run_due() == 0

    copies.copy_now(cast.organisation.pk, source.pk, by=cast.owner)
    loops.drain_all()
    kept = saving.get(cast.organisation.pk, source.pk)
    assert [row["id"] for row in rows_of(cast, kept)[cast.dina.pk]] == ["2"]
    assert kept.columns[-1]["name"] == "note"
    assert Copied.objects.filter(source_id=source.pk).count() == 2


def test_a_copy_is_used_while_the_server_is_away_and_until_it_is_too_old(cast, source, shop):
    kept = copied(cast, source)
    shop.run("DROP TABLE visits")
    copies.copy_now(cast.organisation.pk, source.pk, by=cast.owner)
    copying.run_due()
    copy = Copy.objects.get(source=source)
    assert "no table public.visits" in copy.error
    assert copy.due_at > timezone.now()
    assert len(rows_of(cast, kept)[cast.dina.pk]) == 2

    Copy.objects.update(copied_at=timezone.now() - dt.timedelta(days=2))
    with pytest.raises(SourceUnavailable, match=r"“visits”: Its copy of .* is older than allowed"):
        rows_of(cast, kept)


def test_a_worker_that_died_leaves_nothing_behind(cast, source):
    kept = copied(cast, source)
    Copied.objects.create(source_id=source.pk, generation=77, key="x", place=0, cells={})
    Copy.objects.update(due_at=Now(), lease_until=timezone.now() - dt.timedelta(minutes=1))
    assert len(rows_of(cast, kept)[cast.dina.pk]) == 2
    assert copying.run_due() == 1
    assert Copied.objects.filter(source_id=source.pk).count() == 3


def test_a_lease_that_another_holds_is_respected(cast, source):
    copies.keep(cast.organisation.pk, source.pk, by=cast.owner)
    Copy.objects.update(lease_until=timezone.now() + dt.timedelta(minutes=1))
    assert copying.run_due() == 0


def test_the_live_table_is_asked_again_after_the_copy_is_dropped(cast, source, shop):
    copied(cast, source)
    shop.run("DELETE FROM visits WHERE id = 1")
    live = copies.drop(cast.organisation.pk, source.pk, by=cast.owner)
    assert [row["id"] for row in rows_of(cast, live)[cast.dina.pk]] == ["2"]
    assert Copied.objects.count() == 0
    with pytest.raises(Conflict, match="No copy is kept of “visits”"):
        copies.copy_now(cast.organisation.pk, source.pk, by=cast.owner)


def test_deleting_a_source_takes_its_copy_along(cast, source):
    copied(cast, source)
    saving.delete(cast.organisation.pk, source.pk, by=cast.owner)
    assert (Copy.objects.count(), Copied.objects.count()) == (0, 0)


def test_intervals_that_make_no_sense_are_refused(cast, source):
    with pytest.raises(Invalid) as refusal:
        copies.keep(
            cast.organisation.pk, source.pk, every_minutes=1, oldest_minutes=0, by=cast.owner
        )
    assert set(refusal.value.problems) == {"every_minutes", "oldest_minutes"}
    assert Copy.objects.count() == 0


def test_only_who_may_edit_connectors_keeps_copies(cast, source):
    with pytest.raises(Forbidden):
        copies.keep(cast.organisation.pk, source.pk, by=cast.sender)
    assert Copy.objects.count() == 0
