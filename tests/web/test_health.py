"""What machines ask, and what they are told."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sanderling.contacts.models import Import
from sanderling.lib.environment import Environment
from sanderling.web.ledgers import GAUGES


def figures(client: Client, **headers: str) -> dict[str, float]:
    """Return the gauges by their names with labels."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    lines = answer.content.decode().splitlines()
    return {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")
    }


def test_alive_asks_no_database(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_ready_takes_two_short_queries(db, client):
    assert client.get("/readyz").json() == {"ready": True}
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/readyz").json() == {"ready": True}
    assert len(queries) <= 2


def test_a_database_that_is_not_migrated_is_not_ready(db, client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'contacts'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "reason": "run `sanderling migrate`"}


def test_every_gauge_is_there_when_nothing_waits(db, client):
    found = figures(client)
    assert found.pop("sanderling_database_up") == 1
    assert set(found.values()) == {0.0}
    assert len(found) == sum(len(gauge.statuses) or 1 for gauge in GAUGES)


def test_an_import_that_waits_shows_with_its_age(client, cast):
    made = Import.objects.create(
        organisation=cast.organisation,
        name="people.csv",
        session="0199d3c0-0000-7000-8000-000000000000",
        status="QUEUED",
    )
    Import.objects.filter(pk=made.pk).update(created_at=timezone.now() - dt.timedelta(minutes=5))
    found = figures(client)
    assert found['sanderling_imports{status="QUEUED"}'] == 1
    assert 290 < found["sanderling_imports_oldest_seconds"] < 400
    Import.objects.filter(pk=made.pk).update(status="FINISHED")
    assert figures(client)["sanderling_imports_oldest_seconds"] == 0


def test_another_machine_gets_no_metrics(db, client):
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="not an address").status_code == 403


def test_another_machine_behind_a_proxy_of_ours_gets_no_metrics(db, client):
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 403


@pytest.mark.parametrize(("token", "status"), [("Bearer hunter22", 200), ("Bearer x", 403)])
def test_a_token_opens_the_metrics_to_other_machines(db, client, settings, token, status):
    settings.ENVIRONMENT = Environment({"SANDERLING_METRICS_TOKEN": "hunter22"})
    answer = client.get("/metrics", REMOTE_ADDR="192.0.2.7", headers={"Authorization": token})
    assert answer.status_code == status
    assert client.get("/metrics").status_code == 403
