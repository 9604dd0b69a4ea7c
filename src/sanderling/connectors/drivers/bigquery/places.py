"""Where we stand with a table: labels on the table itself.

A load job and a label cannot change in one stroke, so the job's name says where it begins (the
*era* and ``low``) and its labels where it ends: after a crash, whoever reads the place finds the
job that was begun there.  An era lasts until the place moves back (a resend, a restored table, new
columns), so that a name is never used for two different moves.
"""

import base64
import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sanderling.connectors.drivers.chunks import Place

PREFIX = "sanderling-"


@dataclass(frozen=True)
class Mark:
    """Our place, and the era in which it counts."""

    place: Place
    era: str

    def is_at(self, place: Place) -> bool:
        """Whether this is where a worker believes to stand."""
        mine = self.place
        return (mine.source, mine.low, mine.export) == (place.source, place.low, place.export)


def new_era() -> str:
    """Return a name that was never used."""
    return secrets.token_hex(4)


def read(labels: Mapping[str, str]) -> Mark | None:
    """Return what a table's labels say, or None when we never wrote it."""
    told = {name.removeprefix(PREFIX): text for name, text in labels.items()}
    try:
        place = Place(
            owner=_plain(told["owner"]),
            export=int(told["export"]),
            source=told["source"].upper(),  # hexadecimal numbers: labels are in lower case
            low=int(told["low"]),
            is_adopted=told.get("adopted") == "yes",
            swept_at=_moment(told.get("swept", "")),
        )
    except (KeyError, ValueError):
        return None
    return Mark(place, told.get("era", ""))


def labels_of(place: Place, era: str) -> dict[str, str | None]:
    """Return the labels that say this; None takes a label off."""
    told = {
        "owner": _label(place.owner),
        "export": str(place.export),
        "source": place.source.lower(),
        "low": str(place.low),
        "era": era,
        "adopted": "yes" if place.is_adopted else None,
        "swept": str(int(place.swept_at.timestamp())) if place.swept_at else None,
    }
    return {PREFIX + name: text for name, text in told.items()}


def _label(text: str) -> str:
    return base64.b32encode(text.encode()).decode().lower().rstrip("=")


def _plain(label: str) -> str:
    padded = label.upper() + "=" * (-len(label) % 8)
    return base64.b32decode(padded).decode()


def _moment(seconds: str) -> dt.datetime | None:
    return dt.datetime.fromtimestamp(int(seconds), dt.UTC) if seconds else None
