"""`bin/_environment` on machines that lack something, with a Python made for the purpose."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Answers as the Python of each machine would; everything it is asked to do is written down.
PYTHON = """#!/bin/sh
echo "$*" >> "$NOTES"
case "$*" in
  *version_info*) exit ${OLD:-0} ;;
  *"import ensurepip"*) exit ${NO_ENSUREPIP:-0} ;;
  "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  *"pip install"*) exit ${NO_NETWORK:-0} ;;
esac
"""
NOBODY = "#!/bin/sh\necho 1000\n"
ROOT_USER = "#!/bin/sh\necho 0\n"
APT = '#!/bin/sh\necho "apt-get $*" >> "$NOTES"\n'


class Machine:
    """A checkout with nothing installed, and a PATH with our own Python first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checkout = folder / "checkout"
        (self.checkout / "bin").mkdir(parents=True)
        (self.checkout / "bin" / "_environment").symlink_to(ROOT / "bin" / "_environment")
        (self.checkout / "requirements.txt").write_text("a==1\n")
        (self.checkout / "pyproject.toml").write_text("[project]\n")
        (folder / "path").mkdir()
        for name in ("python3", "python3.11", "python3.12", "python3.13"):
            self.program(name, PYTHON)
        self.program("id", NOBODY)
        self.program("apt-get", APT)

    def program(self, name: str, text: str) -> None:
        path = self.folder / "path" / name
        path.write_text(text)
        path.chmod(0o755)

    def install(self, **variables: str) -> subprocess.CompletedProcess[str]:
        source = f". {self.checkout}/bin/_environment"
        script = f"set -euo pipefail; {source}; install_pinned requirements.txt"
        return subprocess.run(
            ["bash", "-c", script],
            capture_output=True, text=True, cwd=self.folder, timeout=60, stdin=subprocess.DEVNULL,
            env={"PATH": f"{self.folder}/path:{os.defpath}", "NOTES": str(self.notes_file),
                 **variables},
        )  # fmt: skip

    @property
    def notes_file(self) -> Path:
        return self.folder / "notes"

    def notes(self) -> list[str]:
        """Return what was asked of Python and apt-get since the last look."""
        lines = self.notes_file.read_text().splitlines() if self.notes_file.exists() else []
        self.notes_file.unlink(missing_ok=True)
        return lines


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path)


def test_pinned_libraries_are_installed_with_their_hashes_and_only_once(machine):
    done = machine.install()
    assert done.returncode == 0, done.stderr
    installs = [line for line in machine.notes() if "pip install" in line]
    assert ["--require-hashes --no-deps -r requirements.txt" in line for line in installs] == [
        True,
        False,
    ]
    assert "--no-deps --no-build-isolation -e ." in installs[1]

    assert machine.install().returncode == 0
    assert [line for line in machine.notes() if "pip install" in line] == []


def test_a_changed_pin_is_noticed(machine):
    machine.install()
    machine.notes()
    (machine.checkout / "requirements.txt").write_text("a==2\n")
    assert machine.install().returncode == 0
    noted = machine.notes()
    assert len([line for line in noted if "pip install" in line]) == 2
    assert "-m venv .venv" not in noted


def test_going_back_to_earlier_pins_installs_them_again(machine):
    for pins in ("a==1\n", "a==2\n", "a==1\n"):
        (machine.checkout / "requirements.txt").write_text(pins)
        assert machine.install().returncode == 0
        assert len([line for line in machine.notes() if "pip install" in line]) == 2


def test_a_python_with_ensurepip_is_preferred_to_a_newer_one_without(machine):
    machine.program("python3.13", PYTHON.replace("${NO_ENSUREPIP:-0}", "1"))
    done = machine.install()
    assert done.returncode == 0, done.stderr
    assert not [line for line in machine.notes() if line.startswith("apt-get")]


def test_an_installation_that_was_cut_short_is_done_again(machine):
    assert machine.install(NO_NETWORK="1").returncode == 1
    machine.notes()
    assert machine.install().returncode == 0
    assert len([line for line in machine.notes() if "pip install" in line]) == 2


def test_an_ordinary_user_without_ensurepip_is_told_what_to_ask_root_for(machine):
    refused = machine.install(NO_ENSUREPIP="1")
    assert refused.returncode == 1
    assert refused.stderr == (
        "This Python has no ensurepip. Ask root to run: apt-get install python3-venv\n"
    )
    assert not (machine.checkout / ".venv").exists()
    assert not [line for line in machine.notes() if line.startswith("apt-get")]


def test_root_without_ensurepip_gets_it_from_debian(machine):
    machine.program("id", ROOT_USER)
    done = machine.install(NO_ENSUREPIP="1")
    assert done.returncode == 0, done.stderr
    noted = machine.notes()
    apt = [line for line in noted if line.startswith("apt-get")]
    assert apt == ["apt-get update -qq", "apt-get install -qq -y python3-venv"]
    assert noted.index(apt[1]) < noted.index("-m venv .venv")


def test_a_python_that_is_too_old_is_refused(machine):
    refused = machine.install(OLD="1")
    assert refused.returncode == 1
    assert refused.stderr == "Python 3.11 or newer is needed.\n"
    assert not (machine.checkout / ".venv").exists()
