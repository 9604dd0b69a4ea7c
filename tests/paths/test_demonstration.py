"""The whole product once through, as `bin/demo` runs it: real processes, real databases."""

import os
import socket
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_every_figure_of_the_demonstration_is_right(tmp_path_factory):
    told = tell(tmp_path_factory, timeout=300)
    assert told.returncode == 0, told.stdout[-4000:] + told.stderr[-4000:]
    assert "All 21 figures are right." in told.stdout
    assert "✗" not in told.stdout
    assert "Traceback" not in told.stderr


@pytest.mark.slow
def test_after_ten_killed_workers_and_two_killed_servers_nothing_differs(tmp_path_factory):
    told = tell(tmp_path_factory, "--kill", "10", timeout=1200)
    assert told.returncode == 0, told.stdout[-4000:] + told.stderr[-4000:]
    assert "10 workers and 2 servers killed" in told.stdout
    assert told.stdout.count("(-9); starting it again") >= 10
    assert told.stdout.count("The database ended; starting it again.") == 2
    assert told.stdout.count("rows, 0 days differ") == 9 * 2  # what is here, and what is there
    assert "All 30 figures are right." in told.stdout


def tell(tmp_path_factory, *options, timeout):
    home = tmp_path_factory.mktemp("demo")
    home.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "sanderling", "up", "--home", str(home), "--port", str(port)]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SANDERLING", "DJANGO"))}
    return subprocess.run(
        [*command, "--stop-after-demo", *options],
        env={**inherited, "SANDERLING_LOG_LEVEL": "WARNING", "COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
