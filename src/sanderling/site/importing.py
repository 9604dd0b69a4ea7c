"""Import a CSV file from the command line: the same road as the page's, with a progress bar."""

from collections.abc import Iterator
from pathlib import Path

from rich.progress import Progress

from sanderling.accounts.actors import Actor
from sanderling.contacts import importing
from sanderling.contacts.importing import Setup
from sanderling.contacts.models import Import, ImportStatus
from sanderling.lib.errors import Invalid
from sanderling.site.people import organisation_named
from sanderling.site.waiting import until

CHUNK = 1024 * 1024


def import_file(file: Path, organisation: str, *, unique_by: str, bar: Progress) -> dict[str, int]:
    """Import a file and return its counts; the work is done here when no worker takes it.

    Raises Invalid with the reason when the import fails.
    """
    found = organisation_named(organisation)
    by = Actor.system(found.pk)
    run = importing.create(found.pk, file.name, chunks=_chunks(file), by=by)
    setup = Setup(mapping=run.mapping, unique_by=unique_by)
    importing.configure(found.pk, run.pk, setup, by=by)
    importing.start(found.pk, run.pk, by=by)
    importing.run_due()
    return follow(run, bar=bar)


def follow(run: Import, *, bar: Progress) -> dict[str, int]:
    """Show how far an import is until it ends; return its counts."""
    size = run.file.size if run.file else 0
    task = bar.add_task(run.name, total=size or None)

    def is_over() -> bool:
        run.refresh_from_db()
        bar.update(task, completed=run.bytes_read)
        return run.status in {ImportStatus.FINISHED, ImportStatus.FAILED}

    until(is_over, "the import to end")
    bar.update(task, completed=size)
    if run.status == ImportStatus.FAILED:
        raise Invalid(run.error)
    return {
        "added": run.rows_added,
        "updated": run.rows_updated,
        "unchanged": run.rows_unchanged,
        "rejected": run.rows_rejected,
    }


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            yield chunk
