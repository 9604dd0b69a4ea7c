"""A dataset becomes a target of a driver; who we are becomes the owner of its place."""

from sanderling.connectors.drivers.postgres.writing_tables import Target
from sanderling.exports.datasets.columns import Dataset, Manner
from sanderling.exports.models import Export


def target_of(dataset: Dataset) -> Target:
    """Return the table that a PostgreSQL destination has of a dataset."""
    return Target(
        table=dataset.name,
        types=dataset.types,
        key=dataset.key,
        parent=dataset.parent if dataset.manner is Manner.REPLACE else "",
    )


def owner_of(export: Export) -> str:
    """Return who writes: the organisation, told from the same number in another installation."""
    organisation = export.organisation
    return f"{organisation.pk}@{organisation.created_at:%Y-%m-%dT%H:%M:%S.%f}"
