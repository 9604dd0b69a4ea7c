"""The data sources that a message reads, found by the names its template uses."""

from collections.abc import Collection, Iterable
from typing import Any

from sanderling.messages.rendering import Reads
from sanderling.sources.models import DataSource, PreparedFile, Source

Named = tuple[Source, str]  # a source, and the key of ``data`` under which its rows go


def sources_read(organisation_id: int, reads: Iterable[Reads]) -> list[Named]:
    """Return the organisation's sources that any of these templates may read.

    Campaigns call a source by its name, workflows by its number as text; both work in both.
    """
    every = list(reads)
    names = frozenset[str]().union(*(read.names for read in every))
    if any(read.every_source for read in every):
        return [(source, source.name) for source in _every_source(organisation_id)]
    named: list[Named] = []
    if names:
        named += [(one, one.name) for one in _sources(organisation_id, "name", names)]
    if numbers := [int(name) for name in names if _is_number(name)]:
        named += [(one, str(one.pk)) for one in _sources(organisation_id, "pk", numbers)]
    return named


def _every_source(organisation_id: int) -> list[Source]:
    tables = DataSource.objects.filter(organisation_id=organisation_id)
    files = PreparedFile.objects.filter(organisation_id=organisation_id)
    return [*tables.select_related("connector"), *files]


def _sources(organisation_id: int, column: str, wanted: Collection[Any]) -> list[Source]:
    """Return tables and prepared files: a message does not know which one a name is.

    They share names and numbers, so files are asked for only when a table is missing.
    """
    ours = {"organisation_id": organisation_id, f"{column}__in": wanted}
    found: list[Source] = [*DataSource.objects.filter(**ours).select_related("connector")]
    if len(found) < len(wanted):
        found += PreparedFile.objects.filter(**ours)
    return found


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 18
