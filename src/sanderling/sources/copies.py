"""Say of which sources a copy is kept, how often it is made anew, and how old it may be."""

from django.db import transaction
from django.db.models.functions import Now

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.lib.errors import Conflict, Invalid
from sanderling.postgres.waking import wake
from sanderling.sources.models import Copied, Copy, DataSource
from sanderling.sources.saving import get

LEAST_MINUTES = 5
MOST_MINUTES = 7 * 24 * 60
DEFAULT_EVERY = 60
DEFAULT_OLDEST = 24 * 60


def keep(
    organisation_id: int,
    source_id: int,
    *,
    every_minutes: int = DEFAULT_EVERY,
    oldest_minutes: int = DEFAULT_OLDEST,
    by: Actor,
) -> DataSource:
    """Keep a copy of a source from now on, or change how often it is made.

    Messages and segments ask the live table until the first copy is there; a copy older than
    ``oldest_minutes`` counts as an outage.  Raises Invalid.
    """
    require(by, Permission.EDIT_CONNECTORS)
    source = get(organisation_id, source_id)
    _check(every_minutes, oldest_minutes)
    with transaction.atomic():
        copy, is_new = Copy.objects.get_or_create(source=source, defaults={"due_at": Now()})
        copy.every_minutes, copy.oldest_minutes = every_minutes, oldest_minutes
        copy.due_at = Now()
        copy.save(update_fields=["every_minutes", "oldest_minutes", "due_at"])
        verb = "source.copy" if is_new else "source.copy.change"
        auditing.record(by, verb, source.pk, name=source.name, every_minutes=every_minutes)
        wake("copies")
    return get(organisation_id, source_id)


def copy_now(organisation_id: int, source_id: int, *, by: Actor) -> DataSource:
    """Make the copy anew at once; raise Conflict when none is kept."""
    require(by, Permission.EDIT_CONNECTORS)
    source = get(organisation_id, source_id)
    with transaction.atomic():
        if not Copy.objects.filter(source=source).update(due_at=Now()):
            raise Conflict(f"No copy is kept of “{source.name}”.")
        auditing.record(by, "source.copy.now", source.pk, name=source.name)
        wake("copies")
    return get(organisation_id, source_id)


def drop(organisation_id: int, source_id: int, *, by: Actor) -> DataSource:
    """Ask the live table again; raise Conflict for what can only be read as a copy."""
    require(by, Permission.EDIT_CONNECTORS)
    source = get(organisation_id, source_id)
    if not source.connector.is_live:
        raise Conflict("This kind of source can only be read as a copy.")
    with transaction.atomic():
        Copy.objects.filter(source=source).delete()
        Copied.objects.filter(source_id=source.pk).delete()
        auditing.record(by, "source.copy.drop", source.pk, name=source.name)
    return get(organisation_id, source_id)


def _check(every_minutes: int, oldest_minutes: int) -> None:
    problems = {}
    if not LEAST_MINUTES <= every_minutes <= MOST_MINUTES:
        problems["every_minutes"] = [f"Between {LEAST_MINUTES} and {MOST_MINUTES} minutes."]
    if not every_minutes <= oldest_minutes <= 10 * MOST_MINUTES:
        problems["oldest_minutes"] = ["At least the time between two copies."]
    if problems:
        raise Invalid(problems=problems)
