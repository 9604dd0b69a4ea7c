"""The wheel holds all that the checkout has, and works without it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "sanderling"
UNPACKAGED = {".pyc", ".pyi"}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Build the wheel without a network; in a copy, as setuptools leaves things behind."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE", "src"):
        subprocess.run(["cp", "-r", ROOT / name, source], check=True)
    for left in source.joinpath("src").glob("*.egg-info"):
        subprocess.run(["rm", "-r", left], check=True)
    target = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index",
         "--quiet", "--disable-pip-version-check", "--wheel-dir", target, source],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (built,) = target.glob("*.whl")
    return built


def test_every_file_of_the_package_is_in_the_wheel(wheel):
    ours = {
        str(path.relative_to(PACKAGE.parent))
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in UNPACKAGED
    }
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == ours


def test_the_wheel_works_on_its_own(wheel, tmp_path):
    place = tmp_path / "place"
    zipfile.ZipFile(wheel).extractall(place)
    # -P and another directory: nothing of the checkout is found by accident.
    run = f"import sys; sys.path.insert(0, {str(place)!r}); import sanderling.site.command as c;"
    run += "assert c.__file__.startswith(sys.path[0]); sys.argv = sys.argv[1:]; c.main()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", run, "sanderling", "--help"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Self-hosted customer engagement" in done.stdout
    entries = place.glob("*.dist-info/entry_points.txt")
    assert [entry.read_text() for entry in entries] == [
        "[console_scripts]\nsanderling = sanderling.site.command:main\n"
    ]
