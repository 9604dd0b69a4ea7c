"""Everything in one directory, and a home made from it.

The database alone is not enough: what is sealed in it opens only with the keys of its home, and
sessions and tracked links are signed with another.
"""

import json
import shutil
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

import sanderling
from sanderling.lib.environment import Environment
from sanderling.lib.errors import Conflict, NotFound
from sanderling.postgres import dumping

DUMP = "database.dump"
ABOUT = "about.json"
# The file of each secret, and the setting that takes its place.
KEYS = {"secret-key": "SANDERLING_SECRET_KEY", "sealing-keys": "SANDERLING_SEALING_KEYS"}


class AlreadyThere(Conflict):
    """Nothing is overwritten by a backup or a restoration."""


def back_up(place: Path) -> list[str]:
    """Write a backup into a new directory; return the settings whose secrets are not in it.

    Until all is there the directory bears another name, so that half a backup is never taken for
    one.  Raises AlreadyThere and dumping.DumpFailed.
    """
    if place.exists():
        raise AlreadyThere(f"{place} is there already: name a new directory.")
    draft = place.with_name(f"{place.name}.unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    dumping.dump(draft / DUMP)
    for name in _kept(settings.HOME):
        shutil.copy2(settings.HOME / name, draft / name)
    about = {"version": sanderling.__version__, "at": timezone.now().isoformat()}
    (draft / ABOUT).write_text(json.dumps(about) + "\n", encoding="utf-8")
    draft.rename(place)
    return [setting for name, setting in KEYS.items() if not (place / name).exists()]


def bring_keys(place: Path, home: Path) -> None:
    """Put the keys of a backup into a new home; before settings are read, which would make others.

    Raises NotFound when there is no backup, AlreadyThere when the home has other keys.
    """
    if not (place / DUMP).is_file():
        raise NotFound(f"{place} holds no backup: {DUMP} is missing.")
    home.mkdir(parents=True, exist_ok=True)
    for name in _kept(place):
        ours, theirs = home / name, place / name
        if ours.exists() and ours.read_bytes() != theirs.read_bytes():
            raise AlreadyThere(f"{ours} is another key than the backup's: name a new home.")
        if not ours.exists():
            shutil.copy2(theirs, ours)


def restore(place: Path) -> None:
    """Fill the database, which must be empty, from a backup.

    Raises AlreadyThere and dumping.DumpFailed; then nothing was written.
    """
    if not dumping.is_empty():
        raise AlreadyThere("This database has tables already: restore into a new home.")
    connection.close()
    dumping.restore(place / DUMP)


def _kept(folder: Path) -> list[str]:
    """Return the files of keys that are in a folder and not replaced by a setting."""
    said = Environment()
    own = [name for name, setting in KEYS.items() if not said.text(setting)]
    return [name for name in own if (folder / name).is_file()]
