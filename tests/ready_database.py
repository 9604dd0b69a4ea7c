"""A migrated database, kept from run to run.

A hundred migrations take longer than most files of tests.  They run once for a state of the
code, and every process of tests begins with a copy of the server's files as they are after that;
Django then copies the database in it (``TEST["TEMPLATE"]``) and finds nothing left to migrate.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sanderling.postgres import embedded

ROOT = Path(__file__).parents[1]
PATTERNS = ("*/migrations/*.py", "**/*.sql", "postgres/*.py", "site/settings.py")
MOST_KEPT = 12
MIGRATE = "import django; django.setup(); from django.core.management import call_command as call; "


def start(home: Path) -> embedded.Server:
    """Return a running server of this home whose own database is migrated."""
    kept = _cache() / _state()
    if not (kept / "postgres").is_dir():
        _make(kept)
    os.utime(kept)  # the longest unused goes first
    subprocess.run(["cp", "-a", "--reflink=auto", f"{kept}/postgres", str(home)], check=True)
    return embedded.start(home)


def _make(kept: Path) -> None:
    """Migrate in a directory beside, and move it into place whole: another may have been faster."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="sanderling-tests-"))
    made.chmod(0o755)  # the server runs as another user when we are root
    with embedded.start(made) as server:
        _migrate(made, server)
    beside = Path(tempfile.mkdtemp(dir=kept.parent, prefix="making-"))
    subprocess.run(["cp", "-a", f"{made}/postgres", str(beside)], check=True)
    shutil.rmtree(made)
    try:
        beside.rename(kept)
    except OSError:
        shutil.rmtree(beside)
    _forget_old(kept.parent)


def _migrate(home: Path, server: embedded.Server) -> None:
    url = "postgresql://{user}@/{dbname}?host={host}&port={port}".format(**server.parameters)
    own = {"DATABASE_URL": url, "SANDERLING_HOME": str(home)}
    settings = {"DJANGO_SETTINGS_MODULE": "sanderling.site.settings"}
    command = [sys.executable, "-W", "ignore", "-c", MIGRATE + "call('migrate', verbosity=0)"]
    subprocess.run(command, env={**os.environ, **own, **settings}, check=True, timeout=600)


def _forget_old(cache: Path) -> None:
    """Keep the few last used; a copy that is being taken of another is not worth a lock."""
    made = sorted(cache.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in made[MOST_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sanderling-tests"


def _state() -> str:
    """Return a name for what the migrations come to: their files and the pinned libraries."""
    found = {path for one in PATTERNS for path in (ROOT / "src" / "sanderling").glob(one)}
    digest = hashlib.sha256(sys.version.encode())
    for path in [*sorted(found), ROOT / "requirements.txt"]:
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:20]
