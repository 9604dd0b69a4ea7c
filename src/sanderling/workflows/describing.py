"""A workflow in words: what starts it, when, and what each of its blocks does."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sanderling.workflows.blocks import KINDS
from sanderling.workflows.blocks.block import Block, Names
from sanderling.workflows.models import StartKind, Uniqueness, Workflow
from sanderling.workflows.scheduling import DAY

HOUR = 60


def describe_start(workflow: Workflow) -> str:
    """Return what starts a workflow, and how often."""
    if workflow.start_kind == StartKind.EVENT:
        words = _("Starts at the event “%s”") % workflow.event_type
    else:
        words = _("Starts for who comes into the segment “%(segment)s”, %(often)s") % {
            "segment": workflow.segment.name if workflow.segment else "?",
            "often": describe_interval(workflow),
        }
    if workflow.uniqueness == Uniqueness.ONCE:
        words = _("%s; once ever for each contact and key") % words
    elif workflow.uniqueness == Uniqueness.PERIOD:
        period = describe_minutes(workflow.unique_minutes)
        words = _("%(words)s; once in %(period)s for each contact and key") % {
            "words": words,
            "period": period,
        }
    if workflow.avoid_parallel:
        words = _("%s; not while a run of the contact is under way") % words
    return f"{words}."


def describe_interval(workflow: Workflow) -> str:
    """Return how often a regular workflow is launched."""
    if workflow.every_minutes == DAY:
        every = _("every day")
    else:
        every = _("every %s") % describe_minutes(workflow.every_minutes)
    if workflow.at_time is None:
        return every
    if workflow.every_minutes % DAY:
        return _("%(every)s counted from %(time)s") % {"every": every, "time": _clock(workflow)}
    return _("%(every)s at %(time)s") % {"every": every, "time": _clock(workflow)}


def describe_minutes(minutes: int) -> str:
    """Return a period in its largest whole unit."""
    if minutes % DAY == 0:
        return ngettext("%d day", "%d days", minutes // DAY) % (minutes // DAY)
    if minutes % HOUR == 0:
        return ngettext("%d hour", "%d hours", minutes // HOUR) % (minutes // HOUR)
    return ngettext("%d minute", "%d minutes", minutes) % minutes


def title_of(raw: Mapping[str, Any]) -> str:
    """Return what a stored block is called: by its author, else by its kind."""
    kind = KINDS.get(str(raw.get("kind")))
    return str(raw.get("name") or (kind.TITLE if kind else raw.get("kind")))


def words_of(block_id: str, raw: Mapping[str, Any], names: Names) -> str:
    """Return what a stored block does; one that is not finished yet says so."""
    kind = KINDS.get(str(raw.get("kind")), Block)
    if kind is Block:
        return _("Unknown block")
    block, _problems = kind.of(block_id, raw)
    return block.describe(names) if block else _("Not filled in yet")


def _clock(workflow: Workflow) -> str:
    return workflow.at_time.strftime("%H:%M") if workflow.at_time else ""
