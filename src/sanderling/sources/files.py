"""Prepared files: name them, have them fetched, change and delete them.

A caller gives a link; a worker fetches it (``loading``), and messages read the rows (``drawn``).
"""

import re
import uuid

from django.conf import settings
from django.db import transaction

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.connectors import links
from sanderling.lib.errors import Conflict, Invalid, NotFound
from sanderling.lib.sealing import Keyring, seal
from sanderling.postgres.waking import wake
from sanderling.sources.models import (
    Copied,
    DataSource,
    OutagePolicy,
    PreparedFile,
    PreparedKind,
)
from sanderling.sources.saving import (
    LONGEST_NAME,
    MOST_ROWS,
    UNFIT_FOR_A_NAME,
    checked_name,
    lock_names,
)
from sanderling.sources.using import users

DEFAULT_HOURS = 30 * 24
MOST_HOURS = 366 * 24
MOST_FILES = 500
ROWS = {PreparedKind.KEY: 100, PreparedKind.RANDOM: 10}


def get(organisation_id: int, file_id: int) -> PreparedFile:
    """Return a file of this organisation."""
    found = PreparedFile.objects.filter(organisation_id=organisation_id, pk=file_id).first()
    if found is None:
        raise NotFound("There is no such file.")
    return found


def files_of(organisation_id: int) -> list[PreparedFile]:
    """Return the organisation's files by name."""
    return list(PreparedFile.objects.filter(organisation_id=organisation_id).order_by("name"))


def add(
    organisation_id: int, link: str, *, kind: str, hours: int | None = None, by: Actor
) -> PreparedFile:
    """Have a file fetched and kept under the name that its link has; raises Invalid."""
    require(by, Permission.EDIT_CONNECTORS)
    if kind not in PreparedKind.values:
        raise Invalid(f"A prepared file is one of {', '.join(PreparedKind.values)}.")
    wanted = re.sub(r"\.json$", "", links.name_of(link), flags=re.IGNORECASE)
    with transaction.atomic():
        lock_names(organisation_id)
        if PreparedFile.objects.filter(organisation_id=organisation_id).count() >= MOST_FILES:
            raise Conflict(f"There are {MOST_FILES} prepared files already: delete one first.")
        file = PreparedFile.objects.create(
            organisation_id=organisation_id,
            name=_free_name(organisation_id, wanted),
            kind=kind,
            rows_per_contact=ROWS[PreparedKind(kind)],
            hours=_checked_hours(hours),
            session=uuid.uuid4(),
        )
        file.refresh_from_db()
        _want(file, link)
        auditing.record(by, "file.create", file.pk, name=file.name)
    return file


def fetch_anew(
    organisation_id: int, file_id: int, link: str, *, hours: int | None = None, by: Actor
) -> PreparedFile:
    """Have a file replaced; its old rows are read until the new ones are there."""
    require(by, Permission.EDIT_CONNECTORS)
    links.name_of(link)
    file = get(organisation_id, file_id)
    file.session = uuid.uuid4()
    file.hours = _checked_hours(hours)
    with transaction.atomic():
        _want(file, link)
        auditing.record(by, "file.fetch", file.pk, name=file.name)
    return file


def change(
    organisation_id: int,
    file_id: int,
    *,
    name: str | None = None,
    outage: str | None = None,
    rows_per_contact: int | None = None,
    by: Actor,
) -> PreparedFile:
    """Rename a file, or say what a message gets of it; what is None stays."""
    require(by, Permission.EDIT_CONNECTORS)
    file = get(organisation_id, file_id)
    if outage is not None and outage not in OutagePolicy.values:
        raise Invalid(problems={"outage": [f"Choose of: {', '.join(OutagePolicy.values)}."]})
    if rows_per_contact is not None and not 1 <= rows_per_contact <= MOST_ROWS:
        raise Invalid(problems={"rows_per_contact": [f"Between 1 and {MOST_ROWS}."]})
    file.outage = outage or file.outage
    file.rows_per_contact = rows_per_contact or file.rows_per_contact
    with transaction.atomic():
        lock_names(organisation_id)
        if name is not None and (name := checked_name(name)) != file.name:
            if is_taken(organisation_id, name):
                raise Invalid(problems={"name": [f"There is already a source named “{name}”."]})
            file.name = name
        file.save(update_fields=["name", "outage", "rows_per_contact"])
        auditing.record(by, "file.change", file.pk, name=file.name)
    return file


def delete(organisation_id: int, file_id: int, *, by: Actor) -> None:
    """Delete a file; raise Conflict naming every message that reads it."""
    require(by, Permission.EDIT_CONNECTORS)
    file = get(organisation_id, file_id)
    if uses := users.of(organisation_id, file_id):
        raise Conflict(f"“{file.name}” is still used by: {', '.join(uses)}.")
    with transaction.atomic():
        Copied.objects.filter(source_id=file.pk).delete()
        auditing.record(by, "file.delete", file.pk, name=file.name)
        file.delete()


def is_taken(organisation_id: int, name: str) -> bool:
    """Return whether a source or a file has this name already."""
    return any(
        model.objects.filter(organisation_id=organisation_id, name=name).exists()
        for model in (DataSource, PreparedFile)
    )


def _want(file: PreparedFile, link: str) -> None:
    """Note the link; whoever fetches an older one loses its lease."""
    file.link = seal(link, context=context_of(file.pk), keyring=keyring())
    file.lease = file.lease_until = None
    file.error = ""
    file.save(update_fields=["session", "hours", "link", "lease", "lease_until", "error"])
    wake("files")


def context_of(file_id: int) -> str:
    """Return what a link is sealed for."""
    return f"sources_file:{file_id}:link:v1"


def keyring() -> Keyring:
    """Return the keys of this installation."""
    return Keyring.from_text(settings.SEALING_KEYS)


def _free_name(organisation_id: int, wanted: str) -> str:
    wanted = UNFIT_FOR_A_NAME.sub("", wanted).strip()[: LONGEST_NAME - 8] or "file"
    name, number = wanted, 1
    while is_taken(organisation_id, name):
        number += 1
        name = f"{wanted} {number}"
    return name


def _checked_hours(hours: int | None) -> int:
    if hours is None:
        return DEFAULT_HOURS
    if not 1 <= hours <= MOST_HOURS:
        raise Invalid(f"ttlHours lies between 1 and {MOST_HOURS}.")
    return hours
