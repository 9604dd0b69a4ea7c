"""A run as blocks see it, and what a block may say about it."""

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Standing:
    """A run that stands at a block and is due.

    ``params``: those of the event, and what webhooks answered.
    ``contact``: the columns that messages know (email, first_name, fields, …), as of now.
    ``steps``: how many blocks it has been through; ``visits``: how often through this one.
    """

    contact_id: int
    id: int
    organisation_id: int
    workflow_id: int
    version_id: int
    event_id: int | None
    event_key: str
    event_type: str
    params: Mapping[str, Any]
    block: str
    attempts: int
    visits: int
    steps: int
    contact: Mapping[str, Any]
    zone: zoneinfo.ZoneInfo  # the contact's, else the organisation's


@dataclass(frozen=True, slots=True)
class Left:
    """The run leaves the block through an exit.

    ``note`` is shown in the run's history; ``answer`` adds parameters to the run.
    """

    exit: str = "next"
    note: str = ""
    answer: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """It did not work now; later it may."""

    error: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It cannot work; somebody must look."""

    error: str


Outcome = Left | Retry | Failed
