"""Which kinds of connectors can be written, by the connector's kind."""

from sanderling.connectors.models import Connector, ConnectorKind
from sanderling.exports.destinations import bigquery, postgresql
from sanderling.exports.destinations.protocol import Kind
from sanderling.lib.errors import Invalid

KINDS: dict[str, Kind] = {
    ConnectorKind.POSTGRES: postgresql.KIND,
    ConnectorKind.BIGQUERY: bigquery.KIND,
}


def kind_of(connector: Connector) -> Kind:
    """Return the kind of destination behind a connector.

    Raises Invalid for a connector that can only be read.
    """
    if connector.kind not in KINDS:
        words = " or ".join(kind.dialect.product for kind in KINDS.values())
        raise Invalid(problems={"connector": [f"Choose a {words} connector."]})
    return KINDS[connector.kind]
