"""Run the benches one after the other; print and write down their ratios, memory beside.

    bin/bench [--quick] [--only NAME]…

Every bench is a process of its own with its own databases, and prints what it measured; here the
figures are only picked out of its words.  Ratios are taken within one run, our way and the bare
way in turns, so a slow or busy machine moves both.  ``bench/RESULTS.md`` keeps the last full run.
"""

import argparse
import datetime as dt
import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
PATIENCE = 3600
COLUMNS = ("path", "against", "ratio", "wanted", "memory, MB", "beside", "took, s")
MOST = "≤"
LEAST = "≥"


@dataclass(frozen=True)
class Bench:
    """One script, and where its figures stand in what it prints.

    ``pattern`` finds ``ratio``, and where it is printed ``memory``, ``beside`` and ``part``.
    """

    name: str
    against: str
    pattern: str
    wanted: tuple[str, float] | None
    full: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()
    turned: bool = False  # it prints ours / theirs, and the wish is theirs / ours

    @property
    def file(self) -> Path:
        return HERE / f"{self.name}.py"


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    cells: tuple[str, ...]
    is_good: bool


BENCHES = (
    Bench(
        "import_contacts",
        "raw COPY and merge in psql",
        r"(?P<beside>[\d,]+ rows/s)\s+ratio (?P<ratio>[\d.]+).*peak memory (?P<memory>[\d.]+) MB",
        (LEAST, 0.3),
        quick=("10000", "50000", "2"),
    ),
    Bench(
        "segment",
        "bare COPY of the keys and a hand-written join",
        r"ratio (?P<ratio>[\d.]+) .*memory \d+ -> (?P<memory>\d+) MB",
        (MOST, 3.0),
        quick=("--contacts", "100000", "--keys", "10000", "--rows", "100000", "--repeats", "3"),
    ),
    Bench(
        "sending",
        "a bare pipelining SMTP client, same sink",
        r"ours +(?P<part>[\d,]+/s).*ratio (?P<ratio>[\d.]+).*\)   (?P<beside>[\d.]+ queries per"
        r" 1,000).*peak (?P<memory>\d+) MB",
        (LEAST, 0.3),
        quick=("--people", "5000", "--repeats", "1"),
    ),
    Bench(
        "export",
        "psql COPY | psql COPY and the same merge",
        r"^(?P<part>\w+, [\w %]+?) +[\d.]+ +[\d.]+ +(?P<ratio>[\d.]+) +(?P<beside>[\d,]+)"
        r" +(?P<memory>[\d.]+)$",
        (LEAST, 0.5),
        quick=("--rows", "100000", "--rounds", "1"),
        turned=True,
    ),
    Bench(
        "velocity",
        "the same message as one bare f-string",
        r"^  (?P<part>floor: bare f-string) .*compiled is (?P<ratio>[\d.]+) × as fast",
        None,
        quick=("1",),
    ),
    Bench(
        "api",
        "pgbench, one commit an event",
        r"ratio +(?P<ratio>[\d.]+) .*\n(?P<beside>answer, median +[\d.]+ ms)[\s\S]*"
        r"memory of the web +(?P<memory>\d+) MB",
        (LEAST, 0.2),
        quick=("--seconds", "2", "--rounds", "1"),
    ),
    Bench(
        "api_bulk",
        "100,000 contacts a minute of a core",
        r"(?P<beside>[\d,]+)  ratio to 100,000 (?P<ratio>[\d.]+)[\s\S]*"
        r"memory of the worker +(?P<memory>\d+) MB",
        (LEAST, 1.0),
        quick=("--calls", "2", "--existing", "10000"),
    ),
    Bench(
        "api_lookups",
        "the same look-up among 10,000 contacts",
        r"(?P<part>by \S+(?: id)?) .*99th grows (?P<ratio>[\d.]+)",
        None,
        full=("--sizes", "10000", "300000", "--calls", "1000"),
        quick=("--sizes", "1000", "10000", "--calls", "100"),
    ),
    Bench(
        "bigquery",
        "200,000 rows to Parquet a second of a core",
        r"^(?P<part>\w+) +(?:[\d.,]+ +){4}(?P<beside>[\d,]+) +(?P<ratio>[\d.]+) +[\d.]+"
        r" +(?P<memory>[\d.]+)$",
        (LEAST, 1.0),
        full=("--rows", "300000", "--rounds", "2"),
        quick=("--rows", "20000", "--rounds", "1"),
    ),
    Bench(
        "letters",
        "the same mail rendered, then encoded",
        r"^(?P<part>\w+) .*encoded ahead +(?P<beside>[\d.]+ us).*ratio (?P<ratio>[\d.]+)",
        (LEAST, 1.0),
        quick=("--people", "100"),
    ),
    Bench(
        "tracking",
        "the same event by the API",
        r"^(?P<part>.+?) +(?P<beside>[\d.]+ ms CPU) .*ratio (?P<ratio>[\d.]+)",
        None,
        quick=("--hits", "200", "--visitors", "200"),
    ),
    Bench(
        "workflows",
        "the bare statements of the same runs",
        r"ratio (?P<ratio>[\d.]+)(?:.*?(?P<memory>\d+) MB)?",
        None,
    ),
)


def main() -> int:
    """Run what was asked for; the status is 1 when a bench failed or fell short."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="Small sizes: does it run at all?")
    names = [bench.name for bench in BENCHES]
    parser.add_argument("--only", action="append", choices=names, help="One bench; repeatable.")
    asked = parser.parse_args()
    figures: list[Figure] = []
    for bench in BENCHES:
        if not asked.only or bench.name in asked.only:
            figures += measured(bench, quick=asked.quick)
    show(figures)
    if not asked.quick and not asked.only:
        RESULTS.write_text(written(figures), encoding="utf-8")
    return 0 if all(figure.is_good for figure in figures) else 1


def measured(bench: Bench, *, quick: bool) -> list[Figure]:
    """Run a bench; one that is not written yet, or fails, has a line, too."""
    if not bench.file.exists():
        return [missing(bench, "is not there", is_good=True)]
    print(f"── {bench.name}", file=sys.stderr, flush=True)
    began = time.monotonic()
    command = [sys.executable, str(bench.file), *(bench.quick if quick else bench.full)]
    try:
        done = subprocess.run(
            command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return [missing(bench, f"took more than {PATIENCE} s")]
    print(done.stdout, file=sys.stderr, flush=True)
    took = time.monotonic() - began
    if done.returncode:
        return [missing(bench, f"failed ({done.returncode})")]
    found = list(re.finditer(bench.pattern, done.stdout, re.MULTILINE))
    return [figure(bench, match.groupdict(), took) for match in found] or [
        missing(bench, "printed no figure that is known here")
    ]


def figure(bench: Bench, found: dict[str, str | None], took: float) -> Figure:
    ratio = float(found["ratio"] or 0)
    if bench.turned:
        ratio = 1 / ratio
    wanted = f"{bench.wanted[0]} {bench.wanted[1]:g}" if bench.wanted else "–"
    path = " · ".join(word for word in (bench.name, found.get("part")) if word)
    cells = (
        path, bench.against, f"{ratio:.2f}", wanted, found.get("memory") or "–",
        re.sub(r"\s+", " ", found.get("beside") or "–"), f"{took:.0f}",
    )  # fmt: skip
    return Figure(cells, is_as_wanted(bench, ratio))


def is_as_wanted(bench: Bench, ratio: float) -> bool:
    if bench.wanted is None:
        return True
    relation, bound = bench.wanted
    return ratio <= bound if relation == MOST else ratio >= bound


def missing(bench: Bench, why: str, *, is_good: bool = False) -> Figure:
    return Figure((bench.name, bench.against, why, "–", "–", "–", "–"), is_good)


def show(figures: list[Figure]) -> None:
    table = Table(*COLUMNS, title=machine())
    for one in figures:
        table.add_row(*one.cells, style="" if one.is_good else "red")
    Console(width=max(120, Console().width)).print(table)


def written(figures: list[Figure]) -> str:
    """Return the table as Markdown."""
    rows = [COLUMNS, ("---",) * len(COLUMNS), *(one.cells for one in figures)]
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    return f"# What was measured\n\n`bin/bench`, {machine()}.\n\n{table}\n"


def machine() -> str:
    today = dt.datetime.now(dt.UTC).date()
    load = os.getloadavg()[0]
    return (
        f"{today}, {os.cpu_count()} cores ({platform.machine()}), Python"
        f" {platform.python_version()}, load {load:.1f} at the end"
    )


if __name__ == "__main__":
    sys.exit(main())
