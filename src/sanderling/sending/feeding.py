"""The rows of the customer's own tables for a batch: one query a source, or the batch waits.

Nothing is ever sent with rows missing by accident: a source that does not answer holds the batch
(its policy HOLD) or leaves the contacts out with that reason (SKIP).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sanderling.lib.errors import SanderlingError
from sanderling.sending.letters import Post, Row
from sanderling.sources.fetching import SourceUnavailable, rows_for
from sanderling.sources.models import DataSource, OutagePolicy

Data = dict[int, dict[str, Any]]  # by contact


class SourceIsDown(SanderlingError):
    """A data source does not answer, so the batch waits."""


class SkipBatch(SanderlingError):
    """A data source does not answer, and its contacts are to be left out."""


def data_of(post: Post, rows: Sequence[Row]) -> Data:
    """Return what each contact's template sees as ``data``.

    The parameters of a trigger, and the rows of every source that the message reads and that
    the parameters do not already hold.  Raises SourceIsDown or SkipBatch.
    """
    given = {row["contact_id"]: dict(row["params"] or {}) for row in rows}
    sources = sources_read(post, {row["delivery_language"] or row["language"] for row in rows})
    for source, name in sources:
        wanting = [contact for contact, data in given.items() if name not in data]
        found = _rows_of(source, wanting)
        for contact in wanting:
            given[contact][name] = found[contact]
    return given


def sources_read(post: Post, languages: set[str]) -> list[tuple[DataSource, str]]:
    """Return the organisation's sources that the message reads, each with the name it uses."""
    names = frozenset().union(*(post.renderer(language).reads for language in languages))
    return sources_named(post.organisation_id, names)


def sources_named(organisation_id: int, names: frozenset[str]) -> list[tuple[DataSource, str]]:
    """Return the sources among these names: by name, as campaigns call them, or by number."""
    numbers = [int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 18]
    ours = DataSource.objects.filter(organisation_id=organisation_id).select_related("connector")
    by_name = [(source, source.name) for source in ours.filter(name__in=names)] if names else []
    by_number = (
        [(source, str(source.pk)) for source in ours.filter(pk__in=numbers)] if numbers else []
    )
    return by_name + by_number


def _rows_of(source: DataSource, contact_ids: list[int]) -> Mapping[int, list[dict[str, Any]]]:
    if not contact_ids:
        return {}
    try:
        return rows_for([source], contact_ids)[source.pk]
    except SourceUnavailable as error:
        if source.outage == OutagePolicy.SKIP:
            raise SkipBatch(error.message) from error
        raise SourceIsDown(error.message) from error
