"""The first minute of a cluster, and its settings at every start.

``initdb`` works in a draft directory that is renamed when it is whole: a process killed half
way leaves nothing that looks like a database.
"""

import contextlib
import os
import pwd
import shutil

from sanderling.postgres.housing import CannotStart, House

SUPERUSER = "postgres"
ROLE = "sanderling"
DATABASE = "sanderling"
MB = 1024 * 1024
DOUBLE = '"'


def initialise(house: House) -> None:
    """Make the cluster; nothing happens when it is there."""
    if house.cluster.exists():
        _check_version(house)
        return
    draft = house.place / "cluster.new"
    shutil.rmtree(draft, ignore_errors=True)
    house.own(draft)
    # C.UTF-8 of PostgreSQL itself: the same order and the same lower('É') on every system,
    # and no index that breaks with the next glibc.
    done = house.keeper.runs([
        str(house.binaries / "initdb"), "--pgdata", str(draft),
        "--username", SUPERUSER, "--auth", "peer", "--encoding", "UTF8",
        "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C",
        "--data-checksums",
    ])  # fmt: skip
    if done.returncode:
        raise CannotStart(f"PostgreSQL could not be initialised: {done.stderr.strip()}")
    draft.rename(house.cluster)


def configure(house: House, *, tcp_port: int | None) -> None:
    """Write the settings and the rules of who may connect; all of them, at every start."""
    if not (house.cluster / "operator.conf").exists():
        _write(house, "operator.conf", "# Settings of your own; the last word.\n")
    _write(house, "postgresql.conf", _settings(house, tcp_port))
    _write(house, "pg_hba.conf", _rules(tcp_port))
    _write(house, "pg_ident.conf", _people(house))


def _check_version(house: House) -> None:
    found = (house.cluster / "PG_VERSION").read_text().strip()
    if found != "18":
        raise CannotStart(
            f"{house.cluster} was made by PostgreSQL {found}, this is PostgreSQL 18: "
            "run pg_upgrade on it, or restore a dump."
        )


def _settings(house: House, tcp_port: int | None) -> str:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    values = {
        "unix_socket_directories": _quoted(str(house.sockets)),
        "unix_socket_permissions": "0700",
        "listen_addresses": "'127.0.0.1'" if tcp_port else "''",
        "port": str(tcp_port or 5432),
        "max_connections": "200",
        # An eighth of the memory: web, workers and the system share the machine with us.
        "shared_buffers": f"{_between(memory // 8, 64 * MB, 2048 * MB) // MB}MB",
        "effective_cache_size": f"{max(memory // 2, 128 * MB) // MB}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{_between(memory // 32, 64 * MB, 512 * MB) // MB}MB",
        "max_wal_size": "4GB",
        "min_wal_size": "256MB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        # Month partitions: one statement may lock hundreds of them.
        "max_locks_per_transaction": "256",
        "dynamic_shared_memory_type": _segments(),
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "log_line_prefix": "'%m [%p] '",
        "log_statement": "'none'",
        # A refused statement is not logged with its values: they are people's.
        "log_parameter_max_length_on_error": "0",
        "log_min_error_statement": "panic",
    }
    lines = [f"{name} = {value}\n" for name, value in values.items()]
    return "".join(["# Written at every start.\n", *lines, "include 'operator.conf'\n"])


def _between(value: int, least: int, most: int) -> int:
    return max(least, min(value, most))


def _segments() -> str:
    """Return how parallel workers share memory: a container's /dev/shm of 64 MB is too small."""
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108 - asked for its size only
    except OSError:
        return "mmap"
    return "posix" if found.f_blocks * found.f_frsize >= 256 * MB else "mmap"


def _rules(tcp_port: int | None) -> str:
    """Return pg_hba.conf: the kernel says who is at the socket, a password is asked elsewhere."""
    rules = "local all all peer map=ours\n"
    if tcp_port:
        rules += "host all all 127.0.0.1/32 scram-sha-256\n"
    return rules


def _people(house: House) -> str:
    """Return pg_ident.conf: root, whoever starts us and whoever owns the home; nobody else."""
    uids = {0, os.geteuid(), house.home.stat().st_uid}
    return "".join(
        f"ours {_quoted(name, mark=DOUBLE)} {role}\n"
        for name in sorted(_names(uids))
        for role in (SUPERUSER, ROLE)
    )


def _names(uids: set[int]) -> set[str]:
    names = set()
    for uid in uids:
        with contextlib.suppress(KeyError):
            names.add(pwd.getpwuid(uid).pw_name)
    return names


def _quoted(text: str, *, mark: str = "'") -> str:
    return mark + text.replace(mark, mark * 2) + mark


def _write(house: House, name: str, text: str) -> None:
    """Replace a file of the cluster in one step, owned by the keeper."""
    path = house.cluster / name
    draft = path.with_name(f"{name}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        if house.keeper.is_other:
            os.fchown(file.fileno(), house.keeper.uid, house.keeper.gid)
    draft.replace(path)
