"""A backup is whole or not there; a home is made from it, and nothing is overwritten."""

import os
import subprocess
import sys

import psycopg
import pytest
from another_process import environment
from cast import assemble
from django.conf import settings
from django.db import connection
from psycopg import conninfo

from sanderling.contacts.models import Contact
from sanderling.lib.errors import NotFound
from sanderling.postgres import dumping
from sanderling.site import backing_up
from sanderling.site.backing_up import AlreadyThere

PEOPLE = "SELECT email FROM contacts_contact ORDER BY id"


@pytest.fixture
def backup(transactional_db, tmp_path, monkeypatch):
    """Return a backup of the cast's database."""
    for setting in backing_up.KEYS.values():
        monkeypatch.delenv(setting, raising=False)
    assemble()
    place = tmp_path / "backups" / "monday"
    assert backing_up.back_up(place) == []
    return place


@pytest.fixture
def empty(transactional_db):
    """Return the address of an empty database on our server, for psycopg."""
    own = connection.get_connection_params()
    wanted = {name: own[name] for name in ("user", "host", "port")}
    name = f"{own['dbname']}_restored"
    with psycopg.connect(**wanted, dbname="postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    yield conninfo.make_conninfo("", **wanted, dbname=name)
    with psycopg.connect(**wanted, dbname="postgres", autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def restore(place, home, dsn):
    """Run the command as an operator does on a new machine."""
    own = connection.get_connection_params()["dbname"]
    variables = environment() | {"SANDERLING_HOME": str(home)}
    name = conninfo.conninfo_to_dict(dsn)["dbname"]
    variables["DATABASE_URL"] = variables["DATABASE_URL"].replace(f"/{own}?", f"/{name}?")
    return subprocess.run(
        [sys.executable, "-m", "sanderling", "restore", str(place)],
        env=variables, capture_output=True, text=True, timeout=240,
    )  # fmt: skip


def asked(dsn, query):
    with psycopg.connect(dsn) as there:
        return [value for (value,) in there.execute(query)]


def test_a_home_that_is_made_from_a_backup_has_the_people_and_the_keys(backup, empty, tmp_path):
    assert sorted(path.name for path in backup.iterdir()) == [
        "about.json", "database.dump", "sealing-keys", "secret-key",
    ]  # fmt: skip
    assert backup.stat().st_mode & 0o077 == 0
    home = tmp_path / "new home"
    done = restore(backup, home, empty)
    assert (done.returncode, done.stdout) == (0, f"Restored into {home}.\n"), done.stderr
    assert asked(empty, PEOPLE) == list(Contact.objects.order_by("id").values_list("email", flat=1))
    for name in backing_up.KEYS:
        assert (home / name).read_bytes() == (settings.HOME / name).read_bytes()
        assert (home / name).stat().st_mode & 0o077 == 0

    with psycopg.connect(empty) as there:
        there.execute("DELETE FROM contacts_contact WHERE email LIKE 'kozak%'")
    before = asked(empty, PEOPLE)
    again = restore(backup, home, empty)
    assert again.returncode == 1
    assert again.stderr == "✗ This database has tables already: restore into a new home.\n"
    assert asked(empty, PEOPLE) == before


def test_a_home_with_keys_of_its_own_is_left_alone(backup, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "secret-key").write_text("another\n")
    with pytest.raises(AlreadyThere, match="another key than the backup's"):
        backing_up.bring_keys(backup, home)
    assert [path.name for path in home.iterdir()] == ["secret-key"]
    assert (home / "secret-key").read_text() == "another\n"


def test_what_is_no_backup_makes_no_home(tmp_path):
    with pytest.raises(NotFound, match=r"holds no backup: database\.dump is missing"):
        backing_up.bring_keys(tmp_path, tmp_path / "home")
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_there_is_not_written_to(tmp_path):
    with pytest.raises(AlreadyThere, match="is there already"):
        backing_up.back_up(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_half_a_backup_does_not_bear_the_name_of_one(transactional_db, tmp_path, monkeypatch):
    place = tmp_path / "monday"
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    with pytest.raises(dumping.DumpFailed, match="pg_dump: error: connection to server"):
        backing_up.back_up(place)
    monkeypatch.undo()
    assert not place.exists()
    assert backing_up.back_up(place) == []
    assert os.listdir(tmp_path) == ["monday"]
