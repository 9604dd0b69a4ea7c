"""The postmaster as an OS process: is it there, start it, wait for it, stop it.

``postmaster.pid`` alone is not believed.  After ``kill -9`` it stays, and in a container the
number in it soon belongs to another process (often to ours); so the process must also stand in
the data directory, as every postmaster does.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from sanderling.postgres.housing import CannotStart, House

PATIENCE = 600.0
LEFTOVER_PATIENCE = 60.0
STOP_PATIENCE = 60.0
ANNOUNCEMENT = 5.0
TICK = 0.02
LOG_LIMIT = 16 * 1024 * 1024

Say = Callable[[str], None]
_children: dict[int, subprocess.Popen[bytes]] = {}


def pid_of(house: House) -> int | None:
    """Return the process id of the running postmaster, or None."""
    lines = _pid_file(house)
    if not lines or not lines[0].lstrip("-").isdigit():
        return None
    pid = abs(int(lines[0]))
    return pid if _stands_in(pid, house.cluster) else None


def port_of(house: House) -> int | None:
    """Return the port of the running postmaster; its socket bears this number, too."""
    lines = _pid_file(house)
    return int(lines[3]) if len(lines) > 3 and pid_of(house) else None


def spawn(house: House, *, say: Say) -> int:
    """Start a postmaster and return its process id; its crash recovery may have just begun."""
    _wait_for_leftovers(house, say)
    _remove_stale_locks(house)
    with house.log.open("ab") as log:
        child = subprocess.Popen(
            [str(house.binaries / "postgres"), "-D", str(house.cluster)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={"LC_ALL": "C", "PATH": os.defpath},
            umask=0o077,
            # Ctrl-C in the terminal is for us; we stop the server when all is quiet.
            start_new_session=True,
            **house.keeper.identity(),
        )
    _children[child.pid] = child
    return child.pid


def wait_until_ready(house: House, pid: int, *, say: Say) -> None:
    """Wait until connections are taken; a long crash recovery is waited for and announced."""
    begun = announced = time.monotonic()
    while _status(house, pid) != "ready":
        if not _lives(pid, house):
            raise CannotStart(f"PostgreSQL did not start. {_last_words(house)}")
        now = time.monotonic()
        if now - begun > PATIENCE:
            raise CannotStart(
                f"PostgreSQL is still recovering after {PATIENCE:.0f} s. It goes on by itself: "
                f"look at {house.log} and start again later."
            )
        if now - announced > ANNOUNCEMENT:
            announced = now
            waited = f"({now - begun:.0f} s so far)"
            say(f"PostgreSQL is not ready yet {waited}; it may be recovering from a crash.")
        time.sleep(TICK)


def end(house: House, pid: int) -> None:
    """Stop quickly and cleanly; a server that does not obey is stopped as by a crash."""
    for order, patience in ((signal.SIGINT, STOP_PATIENCE), (signal.SIGQUIT, STOP_PATIENCE)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, order)
        if has_gone(house, pid, patience=patience):
            return
    raise CannotStart(f"PostgreSQL (process {pid}) does not stop; look at {house.log}.")


def has_gone(house: House, pid: int, *, patience: float) -> bool:
    """Return whether the postmaster ends within so many seconds."""
    begun = time.monotonic()
    while _lives(pid, house):
        if time.monotonic() - begun > patience:
            return False
        time.sleep(TICK)
    _children.pop(pid, None)
    return True


def turn_log(house: House) -> None:
    """Begin a new log when the old one has grown long; one predecessor is kept."""
    if house.log.exists() and house.log.stat().st_size > LOG_LIMIT:
        house.log.replace(house.log.with_suffix(".log.1"))
    if not house.log.exists():
        house.log.touch(mode=0o600)


def _pid_file(house: House) -> list[str]:
    try:
        return (house.cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _status(house: House, pid: int) -> str:
    """Return the last line of ``postmaster.pid`` when it is this postmaster's."""
    lines = _pid_file(house)
    return lines[7].strip() if len(lines) > 7 and lines[0] == str(pid) else ""


def _lives(pid: int, house: House) -> bool:
    if child := _children.get(pid):
        return child.poll() is None
    return _stands_in(pid, house.cluster)


def _stands_in(pid: int, cluster: Path) -> bool:
    """Whether a process has the data directory as its working directory."""
    if not Path("/proc/self/cwd").exists():
        return _exists(pid)  # no procfs (macOS): the number is all we have
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", cluster)
    except PermissionError:
        return _is_postgres(pid)  # another user's process, or a zombie
    except OSError:
        return False


def _is_postgres(pid: int) -> bool:
    """Whether a process that we may not look into is called postgres and alive."""
    try:
        name, _, state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")
    except OSError:
        return False
    return name.endswith("(postgres") and state[:1] not in {"Z", "X"}


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _wait_for_leftovers(house: House, say: Say) -> None:
    """Wait for the children of a killed postmaster; they hold its shared memory until they see."""
    begun = time.monotonic()
    while leftovers := _leftovers(house.cluster):
        if time.monotonic() - begun > LEFTOVER_PATIENCE:
            raise CannotStart(
                f"Processes {', '.join(map(str, leftovers))} of a killed PostgreSQL do not end: "
                "stop them, then start again."
            )
        time.sleep(TICK)
    if time.monotonic() - begun > 1:
        say("The processes of a killed PostgreSQL have ended.")


def _leftovers(cluster: Path) -> list[int]:
    proc = Path("/proc")
    if not (proc / "self/cwd").exists():
        return []
    pids = [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if _visibly_stands_in(pid, cluster)]


def _visibly_stands_in(pid: int, cluster: Path) -> bool:
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", cluster)
    except OSError:
        return False


def _remove_stale_locks(house: House) -> None:
    """Remove what a killed postmaster left; PostgreSQL would believe a number in use again.

    Safe, because the caller holds the gate and has seen that nothing stands in the cluster.
    """
    for pid in [pid for pid, child in _children.items() if child.poll() is not None]:
        del _children[pid]
    (house.cluster / "postmaster.pid").unlink(missing_ok=True)
    for lock in house.sockets.glob(".s.PGSQL.*"):
        lock.unlink()


def _last_words(house: House) -> str:
    """Return the end of the log, where the reason stands."""
    lines = house.log.read_text(errors="replace").splitlines()[-6:]
    return f"The end of {house.log}: " + " / ".join(line.strip() for line in lines)
