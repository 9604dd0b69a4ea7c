"""The data sources that a message reads, found by the names its template uses."""

from collections.abc import Iterable

from sanderling.messages.rendering import Reads
from sanderling.sources.models import DataSource

Named = tuple[DataSource, str]  # a source, and the key of ``data`` under which its rows go


def sources_read(organisation_id: int, reads: Iterable[Reads]) -> list[Named]:
    """Return the organisation's sources that any of these templates may read.

    Campaigns call a source by its name, workflows by its number as text; both work in both.
    """
    every = list(reads)
    names = frozenset[str]().union(*(read.names for read in every))
    ours = DataSource.objects.filter(organisation_id=organisation_id).select_related("connector")
    if any(read.every_source for read in every):
        return [(source, source.name) for source in ours]
    named: list[Named] = []
    if names:
        named += [(source, source.name) for source in ours.filter(name__in=names)]
    if numbers := [int(name) for name in names if _is_number(name)]:
        named += [(source, str(source.pk)) for source in ours.filter(pk__in=numbers)]
    return named


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 18
