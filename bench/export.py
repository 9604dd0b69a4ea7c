"""Rows from our PostgreSQL into a customer's: the product against `psql COPY | psql COPY`.

python bench/export.py [--rows 1000000] [--rounds 3] [--rivals]

Both sides read the same rows by the same query and write the same columns.  The 1 % is half new
and half changed rows; by hand it is a COPY into a temporary table and an INSERT … ON CONFLICT.
"""

# ruff: noqa: E402 - Django is set up before anything of ours is imported
import argparse
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]
os.environ["DJANGO_SETTINGS_MODULE"] = "settings_for_tests"

import django

django.setup()

import psycopg
import rivals
import shopdb
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from sanderling.accounts import organising
from sanderling.accounts.actors import Actor
from sanderling.connectors import saving as connectors
from sanderling.connectors.drafts import Draft
from sanderling.exports import reading, running
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.datasets.columns import Dialect
from sanderling.exports.models import Export
from sanderling.exports.sweeping import EVERYTHING

PSQL = "/usr/lib/postgresql/15/bin/psql"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--rivals", action="store_true", help="dlt and sling, too")
    chosen = options.parse_args()
    shop = shopdb.start_postgres()
    try:
        if chosen.rivals:
            with rivals.installed(shop) as rival:
                measure(shop, chosen.rows, chosen.rounds, rival)
        else:
            measure(shop, chosen.rows, chosen.rounds, None)
    finally:
        shop.stop()


def measure(shop: shopdb.Shop, rows: int, rounds: int, rival: rivals.Rival | None) -> None:
    call_command("migrate", verbosity=0)
    organisation = organising.create_organisation("Bench")
    by = Actor.system(organisation.pk)
    draft = Draft(
        name="shop", host=shop.host, port=shop.port, database=shop.database,
        username=shop.username, password=shop.password, key_column="email",
    )  # fmt: skip
    connector = connectors.save(organisation.pk, draft, by=by)
    fill(organisation.pk, rows)
    print(f"{rows:,} rows; median of {rounds}; load {os.getloadavg()[0]:.1f}")
    print(f"{'':34} {'by hand, s':>10} {'ours, s':>9} {'ratio':>6} {'rows/s':>9} {'MB more':>8}")
    for name in ("contactActivities", "contacts"):
        export = Export.objects.create(
            organisation=organisation, connector=connector, datasets=[name],
            next_run_at=timezone.now(),
        )  # fmt: skip
        compare(shop, export, name, rows, rounds, rival)


def compare(
    shop: shopdb.Shop,
    export: Export,
    name: str,
    rows: int,
    rounds: int,
    rival: rivals.Rival | None,
) -> None:
    hand, ours, memory = [], [], []
    for _ in range(rounds):
        drop(shop, export, name)
        create_by_hand(shop, name)
        hand.append(timed(partial(pipe, shop, export, name)))
        drop(shop, export, name)
        ours.append(timed(lambda: memory.append(run(export, rows))))
    show(f"{name}, first load", hand, ours, memory, rows)
    first = statistics.median(hand)
    if rival:
        rivals.compare(rival, name, "".join(DATASETS[name].key), rows, first)
    hand, ours, memory = [], [], []
    part = rows // 100
    for number in range(rounds):
        low = horizon()
        touch(export.organisation_id, name, rows, part, number)
        copy = copied(shop, name)
        hand.append(timed(partial(merge_by_hand, shop, export, name, copy, low)))
        shop.run(f"DROP TABLE {copy}")
        shop.run(f'VACUUM ANALYZE "{name}"')  # as warm as the copy was
        ours.append(timed(lambda: memory.append(run(export, part))))
    show(f"{name}, 1 % changed", hand, ours, memory, part)


def show(title: str, hand: list[float], ours: list[float], memory: list[float], rows: int) -> None:
    by_hand, own = statistics.median(hand), statistics.median(ours)
    print(
        f"{title:34} {by_hand:10.2f} {own:9.2f} {own / by_hand:6.2f} {rows / own:9,.0f} "
        f"{max(memory):8.1f}",
        flush=True,
    )


def run(export: Export, expected: int) -> None:
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


def timed(work: Callable[[], object]) -> None:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def fill(organisation: int, rows: int) -> None:
    """Make contacts and one activity for each."""
    sql(f"""
        INSERT INTO contacts_contact (organisation_id, external_id, email, phone, email_status,
               first_name, last_name, language, time_zone, country, region, town, address,
               postcode, contact_key, source, fields)
        SELECT {organisation}, 'C-' || n, 'person' || n || '@example.com', (380500000000 + n)::text,
               'CONFIRMED', 'First' || n, 'Last' || n, 'en', '', '', '', '', '', '', '', 'IMPORT',
               '{{}}'
          FROM generate_series(1, {rows}) AS n""")
    facts(organisation, 1, rows)
    sql("VACUUM ANALYZE contacts_contact")
    sql("VACUUM ANALYZE activities_activity")


def facts(organisation: int, first: int, last: int) -> None:
    sql(f"""
        INSERT INTO activities_activity (organisation_id, contact_id, occurred_at, status,
               media_type, campaign_type, delivery_id, message_id, message_name, message_tags,
               message_language, sender_name, broadcast_id, workflow_run_id, workflow_block,
               event_key, event_type_key, link, description, view_url, utm_campaign)
        SELECT {organisation}, c.id, now() - n * interval '1 second',
               (ARRAY['DELIVERED', 'RECEIVED', 'CLICKED'])[1 + n %% 3], 'Email', 'Group', n, 5,
               'Autumn offer', 'news, autumn', 'en', 'Sandpiper', 9, '', '', '', '',
               CASE n %% 3 WHEN 2 THEN 'https://sandpiper.example/offer/' || n ELSE '' END, '',
               'https://sandpiper.example/v/' || n, 'autumn'
          FROM generate_series({first}, {last}) AS n
          JOIN contacts_contact AS c
            ON c.organisation_id = {organisation} AND c.external_id = 'C-' || n""")


def touch(organisation: int, name: str, rows: int, part: int, number: int) -> None:
    """Change half of the part and add the other half; facts are only added."""
    if name == "contactActivities":
        facts(organisation, number * part + 1, (number + 1) * part)
        return
    sql(f"""UPDATE contacts_contact SET last_name = 'Changed {number}',
                   changed = pg_current_xact_id()
             WHERE id IN (SELECT id FROM contacts_contact WHERE organisation_id = {organisation}
                           ORDER BY md5(id::text || '{number}') LIMIT {part // 2})""")
    sql(f"""INSERT INTO contacts_contact (organisation_id, external_id, email, phone, email_status,
               first_name, last_name, language, time_zone, country, region, town, address,
               postcode, contact_key, source, fields)
        SELECT {organisation}, 'N-{number}-' || n, '', '', 'CONFIRMED', 'New', '', 'en', '', '', '',
               '', '', '', '', 'IMPORT', '{{}}' FROM generate_series(1, {part // 2}) AS n""")


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


def drop(shop: shopdb.Shop, export: Export, name: str) -> None:
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
        cursor.execute(statement.replace("%%", "%"))


if __name__ == "__main__":
    main()
