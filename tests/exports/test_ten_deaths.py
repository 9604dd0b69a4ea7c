"""A run that is killed ten times at random points: worker, our server, their server.

A server dies as servers do: one of its processes is gone at once, all others end, and it
recovers from its log.  Meanwhile rows are added, changed and deleted.  In the end both sides are
compared, by count and checksum of every day, and nothing differs.
"""

import os
import random
import signal
import subprocess
import sys
import time
from decimal import Decimal

import psycopg
import pytest
from another_process import environment, kill, until_free
from django.db import DatabaseError, connection
from django.utils import timezone

from sanderling.contacts import erasing
from sanderling.contacts.models import Contact
from sanderling.exports import comparing
from sanderling.exports.models import Run
from sanderling.orders.recording import NewItem, NewOrder
from sanderling.revenue import taking

# Runs the export over and over, in chunks so small that a death meets every kind of moment.
WORKER = """
import sys, time, django
django.setup()
from django.db import connection
from sanderling.exports import running
from sanderling.exports.destinations.postgresql import Schema
from sanderling.exports.models import Export
Schema.most = {manner: 300 for manner in Schema.most}
while True:
    try:
        export = Export.objects.select_related("organisation", "connector").get(pk=int(sys.argv[1]))
        running.run(export)
    except Exception:
        connection.close()
    time.sleep(0.02)
"""
VICTIMS = ("worker", "ours", "theirs")
DEATHS = 10
SEED = 20261128


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_after_ten_deaths_at_random_points_both_sides_are_equal(world):
    chance = random.Random(SEED)
    export = world.export()
    world.everything()
    worker = begin(export)
    seen = []
    try:
        for turn in range(DEATHS):
            last = patiently(lambda: Run.objects.count())
            live(world, turn, chance)
            until_a_run_begins(last)
            victim = VICTIMS[turn % 3] if turn < 3 else chance.choice(VICTIMS)
            seen.append(victim)
            time.sleep(chance.uniform(0.01, 0.8))  # the moment of death is what is random here
            if victim == "worker":
                kill(worker)
                worker = begin(export)
            else:
                kill_server(world, victim)
    finally:
        kill(worker)
    assert set(seen) == set(VICTIMS)
    assert patiently(lambda: Run.objects.filter(status="FAILED").exists())
    until_there(world)
    until_free(export)
    world.run(export)
    results = comparing.compare(export)
    assert {row.dataset: (row.days, row.error, row.rows_waiting) for row in results} == {
        name: ([], "", 0) for name in export.datasets
    }
    assert {row.rows_here == row.rows_there for row in results} == {True}
    rows = {row.dataset: row.rows_there for row in results}
    assert rows["contactActivities"] > DEATHS * 300
    assert rows["orders"] > DEATHS * 20
    facts = 'SELECT count(*), count(DISTINCT "messageInstanceId") FROM "contactActivities"'
    ((count, different),) = world.rows(f'{facts} WHERE "messageInstanceId" >= 1000')
    assert count == different


def begin(export):
    return subprocess.Popen([sys.executable, "-c", WORKER, str(export.pk)], env=environment(),
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip


def live(world, turn, chance):
    """Let a little happen: facts, orders new and changed, a contact renamed, one erased."""
    ours, by = world.cast.organisation.pk, world.cast.owner
    first = 1000 + turn * 1000
    patiently(lambda: facts(world, first, chance.randint(300, 900)))
    told = [
        NewOrder(
            external_order_id=f"R-{number}",
            status=chance.choice(["DELIVERED", "IN_PROGRESS", "CANCELLED"]),
            ordered_at=timezone.now(),
            total_cost=Decimal(chance.randint(1, 10_000)) / 100,
            contact_id=world.cast.ivan.pk,
            items=tuple(NewItem(f"P-{one}") for one in range(chance.randint(0, 3))),
        )
        for number in range(turn * 20, turn * 20 + 40)  # half of them are told a second time
    ]
    patiently(lambda: taking.take_orders(ours, told, by=by))
    patiently(lambda: rename(world.cast.ghost.pk, f"Name {turn}"))
    if turn == DEATHS // 2:
        patiently(lambda: erasing.erase(ours, world.cast.dina.pk, by=by))


def rename(contact_id, name):
    contact = Contact.objects.get(pk=contact_id)
    contact.first_name = name
    contact.save(update_fields=["first_name"])


def facts(world, first, count):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO activities_activity (organisation_id, contact_id, status, media_type,"
            " campaign_type, delivery_id, message_name, message_tags, message_language,"
            " sender_name, workflow_run_id, workflow_block, event_key, event_type_key, link,"
            " description, view_url, utm_campaign)"
            " SELECT %s, %s, 'DELIVERED', 'Email', 'Group', n, '', '', '', '', '', '', '', '',"
            " '', '', '', '' FROM generate_series(%s::bigint, %s) AS n",
            [world.cast.organisation.pk, world.cast.ivan.pk, first, first + count - 1],
        )


def kill_server(world, victim):
    """Kill a process of a server, best one that works for the export just now."""
    query = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() ORDER BY state = 'active' DESC, xact_start LIMIT 1"
    )
    if victim == "theirs":
        there = psycopg.connect(world.shop.dsn, autocommit=True)
        row = there.execute(query).fetchone()
        os.kill(row[0] if row else there.info.backend_pid, signal.SIGKILL)
        there.close()
        until_there(world)
        return
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
        os.kill(row[0] if row else cursor.connection.info.backend_pid, signal.SIGKILL)
    connection.close()


def patiently(act):
    """Do something on our server, which may be recovering; all of it or nothing is done."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return act()
        except (DatabaseError, psycopg.Error):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def until_a_run_begins(last):
    deadline = time.monotonic() + 60
    while patiently(lambda: Run.objects.count()) <= last:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def until_there(world):
    deadline = time.monotonic() + 60
    while True:
        try:
            return world.rows("SELECT 1")
        except psycopg.Error:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
