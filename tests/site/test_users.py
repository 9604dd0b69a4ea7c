"""Whoever starts it: an ordinary user, root in a closed directory, many processes at once."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOBODY = 65534
pytestmark = pytest.mark.slow
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def as_nobody(another):
    """Return an installation that runs as an ordinary user, in a home of his own."""
    python = reachable_python()
    if python is None:
        pytest.skip("an ordinary user reaches no Python with the libraries here")
    os.chown(another.home.parent, NOBODY, NOBODY)
    another.python = (
        "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--", python,
    )  # fmt: skip
    another.variables |= {"PYTHONPATH": libraries(), "HOME": str(another.home.parent)}
    return another


@as_root
def test_an_ordinary_user_runs_everything(as_nobody):
    as_nobody.up()
    assert as_nobody.answers("/readyz")
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in as_nobody.processes()}
    assert owners == {NOBODY}
    assert as_nobody.stop() == 0
    assert as_nobody.processes() == []


@as_root
def test_the_home_of_another_user_is_refused_with_a_sentence(as_nobody):
    as_nobody.home.mkdir(mode=0o700)
    refused = as_nobody.command("up", "--no-demo", "--port", str(as_nobody.port))
    assert refused.returncode == 1
    assert refused.stderr.startswith("✗ ")
    assert "Permission denied" in refused.stderr
    assert "Traceback" not in refused.stderr


@as_root
def test_root_in_a_directory_that_is_closed_to_others(another):
    another.home.parent.chmod(0o700)
    another.up("--workers", "0")
    assert another.answers("/readyz")
    assert another.home.parent.stat().st_mode & 0o777 == 0o700
    pointer = another.home / "postgres" / "data-directory.txt"
    place = Path(pointer.read_text().splitlines()[-1])
    assert another.stop() == 0
    assert another.processes() == []
    shutil.rmtree(place)


def test_processes_that_migrate_at_once_do_it_once(another):
    with ThreadPoolExecutor(3) as racers:
        ended = list(racers.map(lambda _: another.command("migrate"), range(3)))
    assert [done.returncode for done in ended] == [0] * 3, [done.stderr for done in ended]
    said = sorted(done.stdout.strip() for done in ended)
    assert said[1:] == ["The database is up to date."] * 2
    assert re.fullmatch(r"\d+ migrations applied\.", said[0])


# A Python that our user cannot run again would start no children.
PROBE = """
import subprocess, sys
import psycopg, sanderling
assert sys.version_info[:2] == (int(sys.argv[1]), int(sys.argv[2]))
subprocess.run([sys.executable, "-c", ""], check=True)
"""


def reachable_python() -> str | None:
    """Return a Python like ours that an ordinary user may run, with our libraries."""
    for python in (sys.executable, shutil.which("python3", path="/usr/bin:/usr/local/bin")):
        if python is None:
            continue
        probe = subprocess.run(
            ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--",
             python, "-c", PROBE, *map(str, sys.version_info[:2])],
            env={"PYTHONPATH": libraries(), "PATH": os.defpath}, cwd=tempfile.gettempdir(),
            capture_output=True, timeout=60,
        )  # fmt: skip
        if probe.returncode == 0:
            return python
    return None


def libraries() -> str:
    """Return where our packages are, for a Python that is not the environment's own."""
    return os.pathsep.join([str(ROOT / "src"), *(p for p in sys.path if "site-packages" in p)])
