"""Rows from our PostgreSQL into Parquet, and into a BigQuery endpoint on this machine.

python bench/bigquery.py [--rows 1000000] [--rounds 3]

Parquet: COPY as text, parsed by Arrow, written to a file; beside it the COPY alone, read and thrown
away.  CPU is that of our process, and that of the server beside it.  The endpoint is the one of
the tests, DuckDB in a process of its own, so times of whole runs are those of both; requests,
bytes and memory are ours.
"""

# ruff: noqa: E402 - Django is set up before anything of ours is imported
import argparse
import atexit
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests")]

import figures
import serving
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from export import fill, resident, touch  # sets Django up
from settings_for_tests import SERVER

from sanderling.accounts import organising
from sanderling.accounts.actors import Actor
from sanderling.connectors import saving as connectors
from sanderling.connectors.drafts_bigquery import BigQueryDraft
from sanderling.connectors.drivers.bigquery import loading, merging
from sanderling.connectors.drivers.chunks import Chunk, Place
from sanderling.exports import reading, running
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.datasets.columns import Dialect
from sanderling.exports.destinations.bigquery import target_of
from sanderling.exports.models import Export
from sanderling.exports.sweeping import EVERYTHING

WANTED = 200_000  # rows a second, by the clock
MEMORY = 64.0  # MB above idle
HEADS = ("COPY, s", "file, s", "CPU, s", "server, s", "rows/s", "rows/CPU s", "MB", "MB more")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--files", action="store_true", help="no runs, Parquet files only")
    chosen = options.parse_args()
    call_command("migrate", verbosity=0)
    organisation = organising.create_organisation("Bench").pk
    fill(organisation, chosen.rows)
    print(f"{chosen.rows:,} rows; median of {chosen.rounds}; load {os.getloadavg()[0]:.1f}")
    print(f"{'Parquet':22}", *(f"{head:>10}" for head in HEADS))
    for name in ("contactActivities", "contacts"):
        measure(organisation, name, chosen.rows, chosen.rounds)
    if not chosen.files:
        whole_runs(organisation, chosen.rows)


def measure(organisation: int, name: str, rows: int, rounds: int) -> None:
    """Print how fast a file is made of all rows of a dataset."""
    alone, made, cpu, theirs, size = [], [], [], [], 0
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    for _ in range(rounds):
        begun = time.perf_counter()
        copy_alone(organisation, name)
        alone.append(time.perf_counter() - begun)
        used, server, begun = processor(), serving.cpu_of_tree(SERVER.pid), time.perf_counter()
        size = write(organisation, name, rows)
        made.append(time.perf_counter() - begun)
        cpu.append(processor() - used)
        theirs.append(serving.cpu_of_tree(SERVER.pid) - server)
    seconds, work = statistics.median(made), statistics.median(cpu)
    more = (resident("VmHWM") - before) / 1024
    cells = (
        f"{statistics.median(alone):.2f}", f"{seconds:.2f}", f"{work:.2f}",
        f"{statistics.median(theirs):.2f}", f"{rows / seconds:,.0f}", f"{rows / work:,.0f}",
        f"{size / 1e6:.1f}", f"{more:.1f}",
    )  # fmt: skip
    print(f"{name:22}", *(f"{cell:>10}" for cell in cells), flush=True)
    beside = f"{rows / seconds:,.0f} rows/s, {rows / work:,.0f} a second of our CPU"
    ratio = rows / seconds / WANTED
    figures.tell(f"{name} to Parquet", ratio, "≥ 1", memory=more, most=MEMORY, beside=beside)


def chunk(source: reading.Connection, organisation: int, name: str) -> Chunk:
    window = reading.Window(organisation, 0, EVERYTHING)
    rows = partial(reading.rows, source, DATASETS[name], window, Dialect.BIGQUERY)
    return Chunk(before=None, after=Place("", 0, "", EVERYTHING), rows=rows)


def copy_alone(organisation: int, name: str) -> None:
    target = target_of(DATASETS[name])
    names = [column for column in target.types if column not in target.twins]
    with reading.opened() as source, reading.snapshot(source):
        for _block in chunk(source, organisation, name).rows(names):
            pass


def write(organisation: int, name: str, rows: int) -> int:
    target = target_of(DATASETS[name])
    types = target.types if target.is_append else merging.staged_types(target)
    with reading.opened() as source, reading.snapshot(source), tempfile.TemporaryFile() as file:
        _, count = loading.filled(file, target, types, chunk(source, organisation, name))
        assert count == rows
        return file.tell()


def processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def whole_runs(organisation: int, rows: int) -> None:
    """Print what whole runs take, ask and send."""
    told, tell = multiprocessing.get_context("spawn").Pipe()
    warehouse = multiprocessing.get_context("spawn").Process(
        target=serve, args=(tell,), daemon=True
    )
    warehouse.start()
    url, key = told.recv()
    settings.BIGQUERY_ENDPOINT, settings.BIGQUERY_TOKEN_URI = url, f"{url}/token"
    draft = BigQueryDraft(name="Warehouse", dataset="shop", key_file=key)
    connector = connectors.save(organisation, draft, by=Actor.system(organisation))
    for name in ("contactActivities", "contacts"):
        export = Export.objects.create(
            organisation_id=organisation, connector=connector, datasets=[name], schema="shop",
            next_run_at=timezone.now(),
        )  # fmt: skip
        show(f"{name}, first run", export, rows)
        show(f"{name}, nothing new", export, 0)
        touch(organisation, name, rows // 100, "again")
        show(f"{name}, 1 % changed", export, rows // 100)
    told.send("end")
    warehouse.join(30)
    warehouse.terminate()


def show(title: str, export: Export, expected: int) -> None:
    Path("/proc/self/clear_refs").write_text("5")
    before, begun = resident("VmRSS"), time.perf_counter()
    part = running.run(export).datasets.get()
    seconds = time.perf_counter() - begun
    assert (part.error, part.rows_written) == ("", expected), (part.error, part.rows_written)
    more = (resident("VmHWM") - before) / 1024
    beside = f"{seconds:.1f} s, {part.requests} requests, {part.bytes_sent / 1e6:.1f} MB sent"
    figures.tell(title, None, memory=more, most=MEMORY, beside=beside)


def serve(tell) -> None:
    import bigquery_server

    server = bigquery_server.start()
    tell.send((server.url, server.key_file()))
    tell.recv()
    atexit._run_exitfuncs()  # of a spawned process nobody does, and its imports began a server


if __name__ == "__main__":
    main()
