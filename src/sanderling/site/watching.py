"""What ``sanderling up`` keeps alive: child processes and embedded databases.

Whatever dies is started again, and later and later when it keeps dying young: a port that is
taken or a full disk must not turn into a busy loop.
"""

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field

from rich.console import Console

from sanderling.lib.errors import SanderlingError
from sanderling.postgres import embedded
from sanderling.site import starting

OUT = Console(highlight=False, soft_wrap=True)
CALM = 10.0  # what lived shorter is started again with a growing pause
LONGEST_PAUSE = 30.0
AFTER_SIGKILL = 10.0


@dataclass
class Rest:
    """The pauses of one thing that keeps dying."""

    failures: int = 0
    not_before: float = 0.0

    def after(self, lived: float) -> None:
        """Take note of a death after so many seconds."""
        self.failures = 0 if lived > CALM else self.failures + 1
        self.not_before = time.monotonic() + min(2.0**self.failures - 1, LONGEST_PAUSE)

    @property
    def is_over(self) -> bool:
        """Whether it may be tried again."""
        return time.monotonic() >= self.not_before


@dataclass
class Child:
    """One process that must run."""

    name: str
    arguments: list[str]
    is_once: bool = False  # it has an end, and is not started again after it
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    rest: Rest = field(default_factory=Rest)

    def start(self) -> None:
        """Start it; it dies with its parent and hears Ctrl-C only from it."""
        command = [sys.executable, "-m", "sanderling", *self.arguments]
        self.process = subprocess.Popen(command, preexec_fn=_as_child)
        self.started = time.monotonic()

    def watch(self) -> None:
        """Start it again when it is gone."""
        if self.process is not None and self.process.poll() is not None:
            self._bury(self.process)
        if self.process is None and self.rest.is_over:
            self.start()

    def _bury(self, gone: subprocess.Popen[bytes]) -> None:
        if self.is_once:
            if gone.returncode and self.rest.not_before != float("inf"):
                OUT.print(f"[yellow]{self.name} ended early ({gone.returncode}).[/]")
            self.rest.not_before = float("inf")
            return
        self.rest.after(time.monotonic() - self.started)
        OUT.print(f"[yellow]{self.name} ended ({gone.returncode}); starting it again.[/]")
        self.process = None

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """Send SIGKILL, for one that does not listen, and wait for its end.

        A process that waits for a broken disk does not even hear that; it is left to the system.
        """
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(AFTER_SIGKILL)

    @property
    def is_gone(self) -> bool:
        """Whether no process of it is left."""
        return self.process is None or self.process.poll() is not None

    @property
    def has_ended(self) -> bool:
        """Whether it ran and is over."""
        return self.process is not None and self.process.poll() is not None

    @property
    def status(self) -> int:
        """Its exit status; 1 when it was cut short."""
        return 1 if self.process is None else (self.process.poll() or 0)


@dataclass
class Database:
    """One embedded server that must run."""

    server: embedded.Server
    started: float = field(default_factory=time.monotonic)
    rest: Rest = field(default_factory=Rest)

    def watch(self) -> None:
        """Start it again when somebody killed it."""
        if not self.rest.is_over or embedded.running(self.server.home) is not None:
            return
        OUT.print("[yellow]The database ended; starting it again.[/]")
        self.rest.after(time.monotonic() - self.started)
        port = self.server.port if self.server.port != embedded.SOCKET_PORT else None
        try:
            fresh = embedded.start(self.server.home, say=OUT.print, tcp_port=port)
        except SanderlingError as error:
            OUT.print(f"[red]{error}[/]", markup=False)
            return
        self.server.stop()  # lets go of the old lock; the server runs on, as it is used
        self.server, self.started = fresh, time.monotonic()

    def stop(self) -> None:
        """Leave it; the last one that leaves stops it."""
        self.server.stop()


def _as_child() -> None:
    os.setsid()
    starting.tie_to_parent()
