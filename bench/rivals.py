"""dlt and sling on the rows of bench/export.py, in a virtual environment that is thrown away.

Both read the exported rows from a table on the customer's server, and write them into another
table on the same server: what an analyst would have them do.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import shopdb

WANTED = (
    "sling-linux-amd64==1.4.11",
    "dlt[postgres]>=1.31",
    "psycopg[binary]",
    "pyarrow",
    "sqlalchemy>=2",
)
DLT = """
import sys
import dlt
from dlt.sources.sql_database import sql_table
address, table, key, mode = sys.argv[1:]
told = {"credentials": address, "table": table, "schema": "public"}
told |= {"backend": "pyarrow", "chunk_size": 100_000}
if mode == "merge":
    told["incremental"] = dlt.sources.incremental("changed")
rows = sql_table(**told)
if key:
    rows.apply_hints(primary_key=key)
there = dlt.destinations.postgres(address)
place = dlt.pipeline("bench_" + table, destination=there, dataset_name="by_dlt")
merge = {"disposition": "merge", "strategy": "upsert"}
place.run(rows, write_disposition=merge if key else "replace")
"""


@dataclass(frozen=True)
class Rival:
    """A tool, ready to run: seconds and peak megabytes of one run."""

    folder: Path
    shop: shopdb.Shop

    @property
    def address(self) -> str:
        shop = self.shop
        return (
            f"postgresql://{shop.username}:{shop.password}@{shop.host}:{shop.port}/{shop.database}"
        )

    def sling(self, table: str, key: str, *, again: bool) -> tuple[float, float]:
        (binary,) = self.folder.glob("lib/python*/site-packages/sling_linux_amd64/bin/sling-*")
        binary.chmod(0o755)
        command = [
            str(binary), "run", "--src-conn", "BENCH", "--src-stream", f'public."{table}"',
            "--tgt-conn", "BENCH", "--tgt-object", f"by_sling.{table.lower()}",
            "--mode", "incremental" if again else "full-refresh",
        ]  # fmt: skip
        if key:
            command += ["--primary-key", key, "--update-key", "changed"]
        return self._ran(command)

    def dlt(self, table: str, key: str, *, again: bool) -> tuple[float, float]:
        mode = "merge" if key else "replace"
        python = str(self.folder / "bin/python")
        return self._ran([python, "-c", DLT, self.address, table, key, mode])

    def _ran(self, command: list[str]) -> tuple[float, float]:
        environment = {
            **os.environ, "BENCH": self.address + "?sslmode=disable", "HOME": str(self.folder),
            "DLT_TELEMETRY": "false", "RUNTIME__DLTHUB_TELEMETRY": "false",
            "SLING_DISABLE_TELEMETRY": "true",
        }  # fmt: skip
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        begun = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        seconds = time.perf_counter() - begun
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        return seconds, peak / 1024 if peak > before else 0.0


@contextmanager
def installed(shop: shopdb.Shop) -> Iterator[Rival]:
    """Install the rivals; take everything away afterwards."""
    with tempfile.TemporaryDirectory(prefix="sanderling-rivals-") as name:
        folder = Path(name) / "venv"
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin/python"), "-m", "pip", "install", "-q"]
        subprocess.run([*pip, *WANTED], check=True)
        yield Rival(folder, shop)


def compare(rival: Rival, name: str, key: str, rows: int, hand: float) -> None:
    """Let both load a table and then its changes; ``hand`` are the seconds of the pipe."""
    shop = rival.shop
    shop.run(
        f'DROP TABLE IF EXISTS told; CREATE TABLE told AS SELECT *, 1 AS changed FROM "{name}"'
    )
    if key:
        shop.run(f'ALTER TABLE told ADD PRIMARY KEY ("{key}")')
    shop.run("CREATE INDEX ON told (changed)")
    shop.run("VACUUM ANALYZE told")
    for schema in ("by_sling", "by_dlt"):
        shop.run(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")
    for tool in ("sling", "dlt"):
        seconds, peak = getattr(rival, tool)("told", key, again=False)
        show(f"{tool}: {name}, first load", seconds, hand, rows, peak)
    if not key:
        return
    part = rows // 100
    shop.run(
        'UPDATE told SET changed = 2, "lastName" = \'Changed\' WHERE "contactId" IN'
        f' (SELECT "contactId" FROM told ORDER BY md5("contactId"::text) LIMIT {part})'
    )
    for tool in ("sling", "dlt"):
        seconds, peak = getattr(rival, tool)("told", key, again=True)
        show(f"{tool}: {name}, 1 % changed", seconds, 0, part, peak)


def show(title: str, seconds: float, hand: float, rows: int, peak: float) -> None:
    ratio = f"{seconds / hand:6.2f}" if hand else f"{'':6}"
    print(f"{title:40} {seconds:7.2f} s {ratio} x by hand {rows / seconds:9,.0f} rows/s"
          f" {peak:6.0f} MB", flush=True)  # fmt: skip
