"""Real servers in a real plight: of another encoding, full, behind a pooler, out of a backup."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import shopdb
from another_process import environment
from django.db import connection

from sanderling.connectors.models import Connector
from sanderling.exports import checking, comparing, running
from sanderling.exports.models import Comparison
from sanderling.postgres import housing

POOLER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
ENCODING = "The database has the encoding SQL_ASCII"


@pytest.fixture
def database(world, request) -> Iterator[str]:
    """Return a database of another encoding at the customer's, with the connector on it."""
    name, encoding = f"in_{request.param.lower()}", request.param
    world.rows(f"DROP DATABASE IF EXISTS {name}")
    world.rows(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    Connector.objects.filter(pk=world.connector.pk).update(database=name)
    world.connector.refresh_from_db()
    yield name
    world.rows(f"DROP DATABASE {name} WITH (FORCE)")


def inside(world, database, query):
    with psycopg.connect(f"{world.shop.dsn} client_encoding=UTF8", dbname=database) as there:
        return there.execute(query).fetchall()


@pytest.mark.parametrize("database", ["WIN1251"], indirect=True)
def test_cyrillic_is_converted_where_the_database_has_it(world, database):
    world.cast.ivan.email = "ivan@example.com"
    world.cast.ivan.save(update_fields=["email"])
    export = world.export("contacts")
    world.run(export)
    world.cast.ivan.last_name = "Щербина-Єфремова"
    world.cast.ivan.save(update_fields=["last_name"])
    world.run(export)
    names = 'SELECT "firstName", "lastName" FROM contacts WHERE email LIKE \'ivan%\''
    assert inside(world, database, names) == [("Іван", "Щербина-Єфремова")]
    comparing.compare(export)
    assert [(row.days, row.error) for row in Comparison.objects.all()] == [([], "")]


@pytest.mark.parametrize("database", ["LATIN1", "WIN1251"], indirect=True)
def test_what_an_encoding_does_not_have_stops_its_dataset_in_words_and_no_other(world, database):
    world.cast.ivan.first_name = "Іван 李"
    world.cast.ivan.save(update_fields=["first_name"])
    world.order("O-1")
    export = world.export("contacts", "orders")
    run = running.run(export)
    parts = {part.dataset: part for part in run.datasets.all()}
    assert parts["contacts"].error == (
        "The database's encoding cannot hold a character of ours; it should be a UTF8 database."
    )
    assert parts["orders"].error == ""
    assert inside(world, database, "SELECT to_regclass('contacts'), count(*) FROM orders") == [
        (None, 1)
    ]


@pytest.mark.parametrize("database", ["SQL_ASCII"], indirect=True)
def test_a_database_that_knows_no_characters_is_refused_before_and_when_it_runs(world, database):
    (problem,) = checking.problems_of(world.connector, "public", datasets=["contacts"])
    assert problem.startswith(ENCODING)
    run = running.run(world.export("contacts"))
    assert run.datasets.get().error.startswith(ENCODING)
    assert inside(world, database, "SELECT to_regclass('contacts')") == [(None,)]


@pytest.fixture
def small_disk(world) -> Iterator[Path]:
    """Return a disk of two megabytes, on which the customer's server makes new tables."""
    place = Path(tempfile.mkdtemp(prefix="sanderling-disk-"))
    mounted = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mounted, capture_output=True).returncode != 0:
        place.rmdir()
        pytest.skip("only root may mount a small disk")
    try:
        server = Path(f"/proc/{world.shop.pid}").stat()
        os.chown(place, server.st_uid, server.st_gid)
        place.chmod(0o700)
        world.rows(f"CREATE TABLESPACE small LOCATION '{place}'")
        world.rows("ALTER DATABASE shop SET default_tablespace = small")
        yield place
    finally:
        world.rows("ALTER DATABASE shop RESET default_tablespace")
        world.rows("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        world.rows("DROP TABLESPACE IF EXISTS small")
        subprocess.run(["umount", str(place)], check=True)
        place.rmdir()


def test_a_full_disk_is_said_in_words_and_leaves_nothing_half_done(world, small_disk):
    export = world.export("contacts", "contactActivities")
    world.activity("CLICKED", delivery_id=1)
    world.run(export)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO activities_activity (organisation_id, contact_id, status, media_type,"
            " campaign_type, delivery_id, message_name, message_tags, message_language,"
            " sender_name, workflow_run_id, workflow_block, event_key, event_type_key, link,"
            " description, view_url, utm_campaign)"
            " SELECT %s, %s, 'DELIVERED', 'Email', 'Group', n, '', '', '', '', '', '', '', '',"
            " repeat('x', 200), '', '', '' FROM generate_series(2, 20000) AS n",
            [world.cast.organisation.pk, world.cast.dina.pk],
        )
    run = running.run(export)
    errors = {part.dataset: part.error for part in run.datasets.all()}
    assert errors == {"contacts": "", "contactActivities": "The database has no room left."}
    assert world.rows('SELECT count(*) FROM "contactActivities"') == [(1,)]
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    world.run(export)
    counted = 'SELECT count(*), count(DISTINCT "messageInstanceId") FROM "contactActivities"'
    assert world.rows(counted) == [(20_000, 20_000)]


@pytest.fixture
def pooler(world, tmp_path) -> Iterator[int]:
    """Return the port of PgBouncer in transaction mode in front of the customer's server."""
    if POOLER is None:
        pytest.skip("PgBouncer is not installed")
    place = Path(tempfile.mkdtemp(prefix="sanderling-pooler-"))
    keeper = housing.house_of(place / "home").keeper
    port, shop = shopdb.free_port(), world.shop
    (place / "users").write_text(f'"{shop.username}" "{shop.password}"\n')
    (place / "ini").write_text(
        f"[databases]\n* = host={shop.host} port={shop.port}\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = plain\nauth_file = {place}/users\npool_mode = transaction\n"
        "default_pool_size = 2\n"
    )
    place.chmod(0o755)
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(
            [POOLER, str(place / "ini")], stdout=log, stderr=log, cwd="/", **keeper.identity()
        )
    try:
        await_port(port, process, place / "log")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(place)


def await_port(port, process, log):
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(
                f"host=127.0.0.1 port={port} user={shopdb.USERNAME} password={shopdb.PASSWORD}"
                f" dbname={shopdb.DATABASE}"
            ).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())


def test_behind_a_pooler_in_transaction_mode_everything_arrives(world, pooler):
    Connector.objects.filter(pk=world.connector.pk).update(port=pooler)
    world.connector.refresh_from_db()
    assert checking.problems_of(world.connector, "public") == []
    world.everything()
    export = world.export()
    first = world.run(export)
    assert first["contacts"].rows_written == 3
    for number in range(7):  # more than the five after which psycopg would prepare
        world.order(f"N-{number}")
        world.activity("CLICKED", delivery_id=100 + number)
        assert world.run(export)["orders"].rows_written == 1
    assert world.rows("SELECT count(*) FROM orders") == [(9,)]
    comparing.compare(export)
    assert {(str(row.days), row.error) for row in Comparison.objects.all()} == {("[]", "")}


def statuses(world):
    return world.rows('SELECT "activityStatus" FROM "contactActivities" ORDER BY 1')


def test_a_destination_out_of_a_backup_gets_what_it_lost(world):
    export = world.export()
    world.everything()
    world.run(export)
    far = f"{world.shop.dsn} dbname=postgres"
    with psycopg.connect(far, autocommit=True) as there:
        there.execute("CREATE DATABASE shop_backup TEMPLATE shop")
        world.activity("RECEIVED")
        world.order("O-3")
        world.run(export)
        there.execute("DROP DATABASE shop WITH (FORCE)")
        there.execute("ALTER DATABASE shop_backup RENAME TO shop")
    assert statuses(world) == [("CLICKED",), ("DELIVERED",)]
    world.run(export)
    assert statuses(world) == [("CLICKED",), ("DELIVERED",), ("RECEIVED",)]
    comparing.compare(export)
    assert {(str(row.days), row.error) for row in Comparison.objects.all()} == {("[]", "")}


RUNNING = """
import sys, django
django.setup()
from sanderling.exports import comparing, running
from sanderling.exports.models import Export
export = Export.objects.get(pk=int(sys.argv[1]))
run = running.run(export)
print([part.error for part in run.datasets.all() if part.error])
print(sorted({note for part in run.datasets.all() for note in part.notes}))
print([one.dataset for one in comparing.compare(export) if one.days or one.error])
"""


def test_when_our_own_database_comes_out_of_a_backup_all_is_sent_again(world):
    """What happened after the backup is forgotten here, and so it must be there."""
    export = world.export("contactActivities", "contacts", "orders", "orderItems")
    world.everything()
    world.run(export)
    own = connection.settings_dict["NAME"]
    with admin() as ours:
        connection.close()
        # A session that a thread of another test left open would be in the way of the copy.
        ours.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [own]
        )
        ours.execute(f'CREATE DATABASE "{own}_backup" TEMPLATE "{own}"')
        try:
            world.activity("RECEIVED")
            world.order("O-3")
            world.run(export)
            assert len(statuses(world)) == 3
            restored = {**environment()}
            restored["DATABASE_URL"] = restored["DATABASE_URL"].replace(
                f"/{own}?", f"/{own}_backup?"
            )
            done = subprocess.run(
                [sys.executable, "-c", RUNNING, str(export.pk)],
                env=restored, capture_output=True, text=True, timeout=120,
            )  # fmt: skip
        finally:
            ours.execute(f'DROP DATABASE "{own}_backup" WITH (FORCE)')
    assert done.returncode == 0, done.stderr
    errors, notes, differing = done.stdout.splitlines()
    assert (errors, differing) == ("[]", "[]")
    assert "Our database was restored or moved since the last run" in notes
    assert statuses(world) == [("CLICKED",), ("DELIVERED",)]
    assert world.rows("SELECT count(*) FROM orders") == [(2,)]


def admin():
    own = connection.get_connection_params()
    wanted = {k: own[k] for k in ("user", "host", "port")}
    return psycopg.connect(**wanted, dbname="postgres", autocommit=True)
