"""Rows from our PostgreSQL into Parquet, and into a BigQuery endpoint on this machine.

python bench/bigquery.py [--rows 1000000] [--rounds 3]

Parquet: COPY … CSV, parsed by Arrow, written to a file; beside it the COPY alone, read and thrown
away.  The endpoint is the one of the tests, DuckDB in a process of its own, so times of whole runs
are those of both; requests, bytes and memory are ours.
"""

# ruff: noqa: E402 - Django is set up before anything of ours is imported
import argparse
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

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from export import facts, fill, resident, timed  # sets Django up

from sanderling.accounts import organising
from sanderling.accounts.actors import Actor
from sanderling.connectors import saving as connectors
from sanderling.connectors.drafts_bigquery import BigQueryDraft
from sanderling.connectors.drivers.bigquery import merging, parquet
from sanderling.exports import reading, running
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.datasets.columns import Dialect
from sanderling.exports.destinations.bigquery import target_of
from sanderling.exports.models import Export
from sanderling.exports.sweeping import EVERYTHING

WANTED = 200_000  # rows that a second of one core brings into Parquet


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    call_command("migrate", verbosity=0)
    organisation = organising.create_organisation("Bench").pk
    fill(organisation, chosen.rows)
    print(f"{chosen.rows:,} rows; median of {chosen.rounds}; load {os.getloadavg()[0]:.1f}")
    heads = ("COPY, s", "file, s", "CPU, s", "rows/s", "rows/CPU s", "to 200k", "MB", "MB more")
    print(f"{'Parquet':22}", *(f"{head:>10}" for head in heads))
    for name in ("contactActivities", "contacts"):
        measure(organisation, name, chosen.rows, chosen.rounds)
    whole_runs(organisation, chosen.rows)


def measure(organisation: int, name: str, rows: int, rounds: int) -> None:
    """Print how fast a file is made of all rows of a dataset."""
    alone, made, cpu, size = [], [], [], 0
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    for _ in range(rounds):
        alone.append(timed(partial(copy_alone, organisation, name)))
        used = processor()
        begun = time.perf_counter()
        size = write(organisation, name, rows)
        made.append(time.perf_counter() - begun)
        cpu.append(processor() - used)
    seconds, work = statistics.median(made), statistics.median(cpu)
    more = (resident("VmHWM") - before) / 1024
    figures = (
        f"{statistics.median(alone):.2f}", f"{seconds:.2f}", f"{work:.2f}",
        f"{rows / seconds:,.0f}", f"{rows / work:,.0f}",
        f"{rows / work / WANTED:.2f}", f"{size / 1e6:.1f}", f"{more:.1f}",
    )  # fmt: skip
    print(f"{name:22}", *(f"{figure:>10}" for figure in figures), flush=True)


def blocks(source: reading.Connection, organisation: int, name: str):
    window = reading.Window(organisation, 0, EVERYTHING)
    names = tuple(target_of(DATASETS[name]).types)
    return reading.rows(source, DATASETS[name], window, Dialect.BIGQUERY, names)


def copy_alone(organisation: int, name: str) -> None:
    with reading.opened() as source, reading.snapshot(source):
        for _block in blocks(source, organisation, name):
            pass


def write(organisation: int, name: str, rows: int) -> int:
    target = target_of(DATASETS[name])
    types = target.types if target.is_append else merging.staged_types(target)
    with reading.opened() as source, reading.snapshot(source), tempfile.TemporaryFile() as file:
        with parquet.File(file, types, bounds=merging.bounded(target)) as made:
            assert made.add(blocks(source, organisation, name), target.types) == rows
        return file.tell()


def processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def whole_runs(organisation: int, rows: int) -> None:
    """Print what whole runs take, ask and send."""
    told, tell = multiprocessing.get_context("spawn").Pipe()
    serving = multiprocessing.get_context("spawn").Process(target=serve, args=(tell,), daemon=True)
    serving.start()
    url, key = told.recv()
    settings.BIGQUERY_ENDPOINT, settings.BIGQUERY_TOKEN_URI = url, f"{url}/token"
    draft = BigQueryDraft(name="Warehouse", dataset="shop", key_file=key)
    connector = connectors.save(organisation, draft, by=Actor.system(organisation))
    print(f"{'Run':34} {'s':>7} {'rows/s':>9} {'requests':>8} {'MB sent':>8} {'MB more':>8}")
    for name in ("contactActivities", "contacts"):
        export = Export.objects.create(
            organisation_id=organisation, connector=connector, datasets=[name], schema="shop",
            next_run_at=timezone.now(),
        )  # fmt: skip
        show(f"{name}, first", export, rows)
        show(f"{name}, nothing new", export, 0)
        if name == "contactActivities":
            facts(organisation, 1, rows // 100)
            show(f"{name}, 1 % more", export, rows // 100)
    serving.terminate()
    serving.join()


def show(title: str, export: Export, expected: int) -> None:
    Path("/proc/self/clear_refs").write_text("5")
    before, begun = resident("VmRSS"), time.perf_counter()
    part = running.run(export).datasets.get()
    seconds = time.perf_counter() - begun
    assert (part.error, part.rows_written) == ("", expected), (part.error, part.rows_written)
    print(f"{title:34} {seconds:7.2f} {expected / seconds:9,.0f} {part.requests:8} "
          f"{part.bytes_sent / 1e6:8.1f} {(resident('VmHWM') - before) / 1024:8.1f}",
          flush=True)  # fmt: skip


def serve(tell) -> None:
    import bigquery_server

    server = bigquery_server.start()
    tell.send((server.url, server.key_file()))
    tell.recv()


if __name__ == "__main__":
    main()
