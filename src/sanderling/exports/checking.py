"""What would keep an export from writing, asked before it is saved."""

from collections.abc import Sequence

from sanderling.connectors import opening
from sanderling.connectors.drivers.postgres import writing_checks
from sanderling.connectors.models import Connector
from sanderling.exports.catalogue import DATASETS


def problems_of(
    connector: Connector, schema: str, *, datasets: Sequence[str] = tuple(DATASETS)
) -> list[str]:
    """Return the problems in plain words, each with the statement to run; empty is well."""
    return writing_checks.problems(opening.settings_of(connector), schema, datasets)
