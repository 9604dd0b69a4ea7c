"""`sanderling up` as real processes: it starts, is killed in every way, and loses nothing.

The tests share one installation and leave it running, in the order in which they stand.
"""

import base64
import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from sanderling.site.waiting import until

PASSWORD = "twelve sandpipers"
PEOPLE = "email,first name\n" + "".join(f"p{n}@example.com,Olena\n" for n in range(50))
# An import that waits in its ledger and that nobody has begun.
QUEUE = """
import sys
from sanderling.site import starting
starting.ready()
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Organisation
from sanderling.contacts import importing
ours = Organisation.objects.get(name="Sandpiper").pk
by = Actor.system(ours)
run = importing.create(ours, "late.csv", chunks=[b"email\\nlate@example.com\\n"], by=by)
importing.configure(ours, run.pk, importing.Setup(mapping=run.mapping, unique_by="EMAIL"), by=by)
importing.start(ours, run.pk, by=by)
print(run.pk)
"""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(installation):
    """Return an installation without a worker, with a user, a key and a waiting import."""
    installation.variables["DJANGO_SETTINGS_MODULE"] = "sanderling.site.settings"
    installation.variables["SANDERLING_USER_PASSWORD"] = PASSWORD
    installation.up("--workers", "0")
    return installation


@pytest.fixture(scope="module")
def key(running) -> str:
    """Return the API key of the new organisation."""
    made = running.command("user", "create", "olena@example.com", "--organisation", "Sandpiper")
    assert (made.returncode, made.stdout) == (0, "olena@example.com may sign in to Sandpiper.\n")
    made = running.command("key", "create", "--organisation", "Sandpiper", "--json")
    assert made.returncode == 0, made.stderr
    answer = json.loads(made.stdout)
    assert answer["rights"] == "full"
    return str(answer["key"])


def test_a_new_home_is_ready_and_shows_where_to_sign_in(running):
    assert running.get("/healthz") == (200, "ok\n")
    assert running.get("/readyz") == (200, '{"ready": true}')
    status, page = running.get("/")
    assert status == 200
    assert 'name="password"' in page
    assert f"http://127.0.0.1:{running.port}/" in running.log


def test_a_key_from_the_command_line_opens_the_api(running, key):
    status, body = running.get("/api/v1/account/info", Authorization=basic(key))
    assert (status, json.loads(body)["organisationName"]) == (200, "Sandpiper")
    assert running.get("/api/v1/account/info", Authorization=basic("x" + key))[0] == 401


def test_a_file_is_imported_from_the_command_line(running, key, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE)
    words = ("import", "contacts", str(file), "--organisation", "Sandpiper")
    done = running.command(*words)
    assert done.stdout == "50 added, 0 updated, 0 unchanged, 0 rejected.\n"
    assert "people.csv" in done.stderr  # the progress bar
    done = running.command(*words, "--json")
    assert json.loads(done.stdout) == {"added": 0, "updated": 0, "unchanged": 50, "rejected": 0}


def test_a_second_start_in_the_same_home_is_refused(running):
    refused = running.command("up", "--no-demo", "--port", "1")
    assert refused.returncode == 1
    assert refused.stderr.strip() == (
        f"✗ Sanderling runs already in {running.home} (process {running.process.pid}):"
        " stop that one first, or choose another --home."
    )
    assert running.answers("/readyz")


def test_a_port_that_is_taken_is_said_at_once(running, another):
    another.port = running.port
    refused = another.command("up", "--no-demo", "--port", str(another.port))
    assert refused.returncode == 1
    assert refused.stderr.strip() == (
        f"✗ Pages cannot be served at 127.0.0.1:{running.port}: Address already in use."
        " Choose another with --port or --host."
    )
    assert not another.processes()


def test_killed_all_at_once_nothing_is_lost_and_waiting_work_goes_on(running, key):
    queued = subprocess.run(
        [*running.python, "-c", QUEUE],
        env=running.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert queued.returncode == 0, queued.stderr
    assert people(running, key, "late@example.com") == 0
    running.kill_everything()

    running.up()
    assert people(running, key, "p49@example.com") == 1
    until(lambda: people(running, key, "late@example.com") == 1, "the import", seconds=60)


@pytest.mark.parametrize("victim", ["web", "worker", "postgres"])
def test_whatever_is_killed_comes_back(running, victim):
    before = main_processes(running, victim)
    os.kill(before[0], signal.SIGKILL)
    until(lambda: set(main_processes(running, victim)) - set(before), "its return", seconds=90)
    until(lambda: running.answers("/readyz"), "the pages", seconds=90)
    assert before[0] not in main_processes(running, victim)


def test_a_worker_whose_database_was_killed_works_again(running, key, tmp_path):
    queued = subprocess.run(
        [*running.python, "-c", QUEUE.replace("late@", "later@")],
        env=running.environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert queued.returncode == 0, queued.stderr
    until(lambda: people(running, key, "later@example.com") == 1, "the import", seconds=90)


def test_the_parent_killed_takes_its_children_with_it(running):
    running.process.kill()
    running.process.wait(60)
    until(lambda: not running.processes(), "the children's end", seconds=60)
    running.up()
    assert running.answers("/readyz")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_leaves_no_process_behind(running, number):
    assert running.processes("worker")
    assert running.stop(number) == 0
    assert running.processes() == []
    running.up()


def test_a_later_start_has_less_to_do_than_the_first(running):
    first, *later = (float(found) for found in re.findall(r"ready in ([0-9.]+) s", running.log))
    assert min(later) < first


def test_no_secret_is_in_the_log(running, key):
    secrets = [
        PASSWORD,
        key,
        (running.home / "secret-key").read_text().strip(),
        (running.home / "sealing-keys").read_text().strip().partition(":")[2],
    ]
    assert [secret in running.log for secret in secrets] == [False] * 4
    assert "Traceback" not in running.log


def basic(secret: str) -> str:
    return "Basic " + base64.b64encode(f"any:{secret}".encode()).decode()


def people(running, secret: str, email: str) -> int:
    """Return how many contacts have this address."""
    status, body = running.get(f"/api/v1/contacts?email={email}", Authorization=basic(secret))
    assert status == 200, body
    return len(json.loads(body))


def main_processes(running, victim: str) -> list[int]:
    """Return the processes that the parent started; for PostgreSQL, the postmaster."""
    if victim == "postgres":
        pid = running.home / "postgres" / "cluster" / "postmaster.pid"
        words = pid.read_text().split() if pid.exists() else []  # made first, and written then
        return [int(words[0])] if words else []
    return [
        pid
        for pid in running.processes(victim)
        if f"PPid:\t{running.process.pid}\n" in Path(f"/proc/{pid}/status").read_text()
    ]
