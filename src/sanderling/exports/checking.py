"""What would keep an export from writing, asked before it is saved."""

from collections.abc import Sequence

from sanderling.connectors.models import Connector
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.destinations.kinds import kind_of


def problems_of(
    connector: Connector, schema: str, *, datasets: Sequence[str] = tuple(DATASETS)
) -> list[str]:
    """Return the problems in plain words, each with the statement to run; empty is well."""
    return kind_of(connector).problems(connector, schema, datasets)
