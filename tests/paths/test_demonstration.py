"""The whole product once through, as `bin/demo` runs it: real processes, real databases."""

import os
import socket
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_every_figure_of_the_demonstration_is_right(tmp_path_factory):
    home = tmp_path_factory.mktemp("demo")
    home.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "sanderling", "up", "--home", str(home), "--port", str(port)]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SANDERLING", "DJANGO"))}
    told = subprocess.run(
        [*command, "--stop-after-demo"],
        env={**inherited, "SANDERLING_LOG_LEVEL": "WARNING", "COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert told.returncode == 0, told.stdout[-4000:] + told.stderr[-4000:]
    assert "All 21 figures are right." in told.stdout
    assert "✗" not in told.stdout
    assert "Traceback" not in told.stderr
