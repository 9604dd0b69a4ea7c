"""Installations of the product as real processes, each with a home and a port of its own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from sanderling.postgres import embedded
from sanderling.site.waiting import TookTooLong, until

ROOT = Path(__file__).parents[2]
OPEN = build_opener(ProxyHandler({}))
PATIENCE = 240  # seconds; two cores may be shared with a browser and a second pytest


@dataclass
class Installation:
    """One home, and `sanderling up` in it."""

    home: Path
    port: int
    python: Sequence[str] = (sys.executable,)
    variables: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SANDERLING_", "DJANGO_", "DATABASE_"))
        }
        return {**kept, "SANDERLING_HOME": str(self.home), **self.variables}

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    @property
    def log_file(self) -> Path:
        return self.home.parent / f"{self.home.name}.log"

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the product to its end."""
        return subprocess.run(
            [*self.python, "-m", "sanderling", *words],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def up(self, *words: str) -> None:
        """Start everything, and return when the pages answer."""
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.python, "-m", "sanderling", "up", "--no-demo", "--port", str(self.port),
                 *words],
                env=self.environment, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        said = len(self.log)
        try:
            until(lambda: "ready in" in self.log[said:] or self.is_over, "it", seconds=PATIENCE)
        except TookTooLong:
            pytest.fail(f"no start within {PATIENCE} s:\n{self.log}\n{self.shown()}")
        assert not self.is_over, self.log

    @property
    def is_over(self) -> bool:
        assert self.process is not None
        return self.process.poll() is not None

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask the parent to stop; return its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def kill_everything(self) -> None:
        """``kill -9`` for every process at once, the parent first."""
        assert self.process is not None
        self.process.kill()
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        until(lambda: not self.processes(), "their end", seconds=PATIENCE)

    def processes(self, *words: str) -> list[int]:
        """Return the living processes of this home whose command line holds the words."""
        found = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
        return sorted(pid for pid in found if self._is_ours(pid, words))

    def _is_ours(self, pid: int, words: Sequence[str]) -> bool:
        folder = Path("/proc", str(pid))
        try:
            if folder.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return False
            line = folder.joinpath("cmdline").read_bytes().decode().split("\0")
            variables = folder.joinpath("environ").read_bytes().decode().split("\0")
            place = os.readlink(folder / "cwd")
        except OSError:
            return False
        ours = f"SANDERLING_HOME={self.home}" in variables or place.startswith(f"{self.home}/")
        return ours and all(word in line for word in words)

    def shown(self) -> str:
        """Return what every process of this home is doing, for a test that failed."""
        numbers = ",".join(str(pid) for pid in self.processes()) or "1"
        words = ["ps", "-o", "pid,ppid,stat,wchan:20,etimes,cputimes,args", "-p", numbers]
        return subprocess.run(words, capture_output=True, text=True).stdout

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Return status and body of a page."""
        request = Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with OPEN.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    def answers(self, path: str) -> bool:
        """Whether a page answers 200."""
        try:
            return self.get(path)[0] == 200
        except (URLError, OSError):
            return False


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Return an installation that is not started yet."""
    yield from _made()


@pytest.fixture
def another() -> Iterator[Installation]:
    """Return a second one for a single test."""
    yield from _made()


def _made() -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="sanderling-up-"))
    folder.chmod(0o755)
    made = Installation(folder / "home", free_port())
    try:
        yield made
    finally:
        if made.process is not None and not made.is_over:
            made.kill_everything()
        with contextlib.suppress(embedded.CannotStart):
            embedded.stop(made.home)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
