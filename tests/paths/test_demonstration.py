"""The whole product once through, as `bin/demo` runs it: real processes, real databases."""

import os
import socket
import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.timeout(660)
def test_every_figure_of_the_demonstration_is_right(tmp_path_factory):
    code, told, complained = tell(tmp_path_factory, timeout=600)
    assert code == 0, told[-4000:] + complained[-4000:]
    assert "All 26 figures are right." in told
    assert "✗" not in told
    assert "Traceback" not in complained


@pytest.mark.slow
@pytest.mark.timeout(1260)
def test_after_ten_killed_workers_and_two_killed_servers_nothing_differs(tmp_path_factory):
    code, told, complained = tell(tmp_path_factory, "--kill", "10", timeout=1200)
    assert code == 0, told[-4000:] + complained[-4000:]
    assert "10 workers and 2 servers killed" in told
    assert told.count("(-9); starting it again") >= 10
    assert told.count("The database ended; starting it again.") == 2
    assert told.count("rows, 0 days differ") == 9 * 2  # what is here, and what is there
    assert "All 35 figures are right." in told


def tell(tmp_path_factory, *options, timeout):
    home = tmp_path_factory.mktemp("demo")
    home.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "sanderling", "up", "--home", str(home), "--port", str(port)]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SANDERLING", "DJANGO"))}
    # Into files: a pipe would be waited for as long as any process of a killed parent holds it.
    out, err = home.with_suffix(".out"), home.with_suffix(".err")
    with out.open("w") as told, err.open("w") as complained:
        ended = subprocess.run(
            [*command, "--stop-after-demo", *options],
            env={**inherited, "SANDERLING_LOG_LEVEL": "WARNING", "COLUMNS": "160"},
            stdout=told,
            stderr=complained,
            timeout=timeout,
            check=False,
        )
    return ended.returncode, out.read_text(), err.read_text()
