"""dlt and sling on the rows of bench/export.py, in a virtual environment that is thrown away.

Both read the exported rows from a table on the customer's server, and write them into another
table on the same server: what an analyst would have them do.  They get a column ``changed`` to go
by, and look behind its last value alone, so that neither reads all rows again.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import shopdb

WANTED = (
    "sling-linux-amd64==1.4.11",
    "dlt[postgres]==1.31.0",
    "psycopg[binary]",
    "pyarrow",
    "sqlalchemy>=2",
)
DLT = """
import sys
import dlt
from dlt.sources.sql_database import sql_table
address, table, key = sys.argv[1:]
rows = sql_table(
    credentials=address, table=table, schema="public", backend="pyarrow", chunk_size=100_000,
    incremental=dlt.sources.incremental("changed", range_start="open"),
)
if key:
    rows.apply_hints(primary_key=key)
there = dlt.destinations.postgres(address)
place = dlt.pipeline("bench_" + table, destination=there, dataset_name="by_dlt_" + table)
merge = {"disposition": "merge", "strategy": "upsert"}
place.run(rows, write_disposition=merge if key else "append")
"""


Took = tuple[float, float] | None


@dataclass(frozen=True)
class Rival:
    """Both tools, ready to run; ``patience`` is how many seconds a run may take."""

    folder: Path
    shop: shopdb.Shop
    patience: int

    @property
    def address(self) -> str:
        shop = self.shop
        return (
            f"postgresql://{shop.username}:{shop.password}@{shop.host}:{shop.port}/{shop.database}"
        )

    def sling(self, table: str, key: str, *, again: bool) -> Took:
        (binary,) = self.folder.glob("lib/python*/site-packages/sling_linux_amd64/bin/sling-*")
        binary.chmod(0o755)
        command = [
            str(binary), "run", "--src-conn", "BENCH", "--src-stream", f"public.{table}",
            "--tgt-conn", "BENCH", "--tgt-object", f"by_sling.{table}",
            "--mode", "incremental" if again else "full-refresh", "--update-key", "changed",
        ]  # fmt: skip
        return self._ran([*command, "--primary-key", key] if key else command)

    def dlt(self, table: str, key: str, *, again: bool) -> Took:
        return self._ran([str(self.folder / "bin/python"), "-c", DLT, self.address, table, key])

    def rows(self, tool: str, table: str) -> int:
        """Return how many rows a tool has brought into its table."""
        schema = {"sling": "by_sling", "dlt": f"by_dlt_{table}"}[tool]
        ((count,),) = self.shop.run(f"SELECT count(*) FROM {schema}.{table}")
        return int(count)

    def _ran(self, command: list[str]) -> Took:
        """Return seconds and peak megabytes, or None when it took too long."""
        environment = {
            **os.environ, "BENCH": self.address + "?sslmode=disable", "HOME": str(self.folder),
            "DLT_TELEMETRY": "false", "RUNTIME__DLTHUB_TELEMETRY": "false",
            "SLING_DISABLE_TELEMETRY": "true",
        }  # fmt: skip
        begun = time.perf_counter()
        with tempfile.TemporaryFile("w+") as words:
            running = subprocess.Popen(command, env=environment, stdout=words, stderr=words)
            peak = watched(running, begun + self.patience)
            seconds = time.perf_counter() - begun
            words.seek(0)
            assert peak is None or running.returncode == 0, words.read()[-5000:]
        return None if peak is None else (seconds, peak)


def watched(running: subprocess.Popen[bytes], end: float) -> float | None:
    """Wait for a process; return its peak of megabytes, or None where it was stopped."""
    peak = 0.0
    while running.poll() is None:
        peak = max(peak, megabytes(running.pid))
        if time.perf_counter() > end:
            running.kill()
            running.wait()
            return None
        time.sleep(0.05)
    return peak


def megabytes(process: int) -> float:
    """Return the most memory that a process has had; 0 when it has just ended."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    return 0.0


@contextmanager
def installed(shop: shopdb.Shop, patience: int) -> Iterator[Rival]:
    """Install the rivals; take everything away afterwards."""
    with tempfile.TemporaryDirectory(prefix="sanderling-rivals-") as name:
        folder = Path(name) / "venv"
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin/python"), "-m", "pip", "install", "-q"]
        subprocess.run([*pip, "--disable-pip-version-check", *WANTED], check=True)
        yield Rival(folder, shop, patience)


def compare(rival: Rival, name: str, key: str, rows: int, hand: float) -> None:
    """Let both load a table and then its changes; ``hand`` are the seconds of the pipe."""
    shop, table, part = rival.shop, f"told_{name.lower()}_{rows}", rows // 100
    shop.run(f'CREATE TABLE {table} AS SELECT *, 1 AS changed FROM "{name}" LIMIT {rows}')
    if key:
        shop.run(f'ALTER TABLE {table} ADD PRIMARY KEY ("{key}")')
    shop.run(f"CREATE INDEX ON {table} (changed)")
    shop.run("CREATE SCHEMA IF NOT EXISTS by_sling")
    shop.run(f"VACUUM ANALYZE {table}")
    tools = [tool for tool in ("sling", "dlt") if tried(rival, tool, table, key, rows, hand)]
    change(shop, table, key, part)
    for tool in tools:
        tried(rival, tool, table, key, part, 0)
    shop.run(f"DROP TABLE {table}; DROP SCHEMA by_sling CASCADE")
    shop.run(f"DROP SCHEMA IF EXISTS by_dlt_{table} CASCADE")


def change(shop: shopdb.Shop, table: str, key: str, part: int) -> None:
    """Change one half and add the other, as ``export.touch`` does; facts are only added."""
    if not key:
        names = f"SELECT * FROM {table} LIMIT {part}"
        shop.run(f"CREATE TEMP TABLE more AS {names}; UPDATE more SET changed = 2;"
                 f"INSERT INTO {table} SELECT * FROM more")  # fmt: skip
        return
    half = part // 2
    shop.run(f"""UPDATE {table} SET changed = 2, "lastName" = 'Changed' WHERE "{key}" IN
        (SELECT "{key}" FROM {table} ORDER BY md5("{key}"::text) LIMIT {half});
        CREATE TEMP TABLE more AS SELECT * FROM {table} WHERE changed = 1 LIMIT {half};
        UPDATE more SET "{key}" = -"{key}", changed = 2;
        INSERT INTO {table} SELECT * FROM more""")


def tried(rival: Rival, tool: str, table: str, key: str, rows: int, hand: float) -> bool:
    """Let a tool run once and print what it took; return whether it came to an end.

    ``hand`` are the seconds by hand of a first load, 0 for the changes.
    """
    took = getattr(rival, tool)(table, key, again=not hand)
    title = f"{tool}: {table.split('_')[1]}, {'first load' if hand else '1 % changed'}"
    if took is None:
        print(f"{title:40} more than {rival.patience} s, stopped", flush=True)
        return False
    seconds, peak = took
    ratio = f"{seconds / hand:6.2f} x by hand" if hand else ""
    print(f"{title:40} {seconds:7.2f} s {rows / seconds:9,.0f} rows/s {peak:6.0f} MB {ratio:16} "
          f" {rival.rows(tool, table):,} rows there", flush=True)  # fmt: skip
    return True
