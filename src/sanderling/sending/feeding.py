"""The rows of the customer's own tables for a batch: one query a source, or the batch waits.

Nothing is ever sent with rows missing by accident: a source that does not answer holds the batch
(its policy HOLD) or leaves the contacts out with that reason (SKIP).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sanderling.lib.errors import SanderlingError
from sanderling.messages.sourcing import sources_read
from sanderling.sending.letters import Post, Row
from sanderling.sources.fetching import SourceUnavailable, rows_for
from sanderling.sources.models import OutagePolicy, Source

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
    draws = {row["contact_id"]: row["id"] for row in rows}
    languages = {row["delivery_language"] or row["language"] for row in rows}
    reads = [post.renderer(language).reads for language in languages]
    for source, name in sources_read(post.organisation_id, reads):
        wanting = [contact for contact, data in given.items() if name not in data]
        found = _rows_of(source, wanting, draws)
        for contact in wanting:
            given[contact][name] = found[contact]
    return given


def _rows_of(
    source: Source, contact_ids: list[int], draws: Mapping[int, int]
) -> Mapping[int, list[dict[str, Any]]]:
    if not contact_ids:
        return {}
    try:
        return rows_for([source], contact_ids, draws=draws)[source.pk]
    except SourceUnavailable as error:
        if source.outage == OutagePolicy.SKIP:
            raise SkipBatch(error.message) from error
        raise SourceIsDown(error.message) from error
