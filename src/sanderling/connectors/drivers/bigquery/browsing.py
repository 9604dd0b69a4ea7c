"""What is in a customer's BigQuery: datasets, tables, columns, the first rows.

All of it is metadata or a plain read of rows, so nothing of it is billed.
"""

from typing import Any

from sanderling.connectors.drivers.bigquery.cells import as_dict
from sanderling.connectors.drivers.bigquery.opening import RETRY, TIMEOUT, Session, connect
from sanderling.connectors.drivers.bigquery.settings import BigQuerySettings
from sanderling.connectors.drivers.tables import Column, Kind, Preview, Table

MOST_TABLES = 2000
KINDS = {
    "STRING": Kind.TEXT, "INTEGER": Kind.NUMBER, "INT64": Kind.NUMBER, "FLOAT": Kind.NUMBER,
    "FLOAT64": Kind.NUMBER, "NUMERIC": Kind.NUMBER, "BIGNUMERIC": Kind.NUMBER,
    "BOOLEAN": Kind.BOOLEAN, "BOOL": Kind.BOOLEAN, "DATE": Kind.DATE,
    "TIMESTAMP": Kind.TIMESTAMP, "DATETIME": Kind.TIMESTAMP, "JSON": Kind.JSON,
    "RECORD": Kind.JSON, "STRUCT": Kind.JSON,
}  # fmt: skip
SCALARS = frozenset({Kind.TEXT, Kind.NUMBER})  # lists of these can be asked
WORDS = {"TABLE": "table", "VIEW": "view", "MATERIALIZED_VIEW": "materialised view"}


def schemas(settings: BigQuerySettings) -> list[str]:
    """Return the datasets of the project."""
    with connect(settings) as session, session.words():
        found = session.client.list_datasets(max_results=MOST_TABLES, retry=RETRY, timeout=TIMEOUT)
        return sorted(dataset.dataset_id for dataset in found)


def tables(settings: BigQuerySettings, dataset: str) -> list[Table]:
    """Return the tables and views of a dataset; our own helpers (``_…``) are left out."""
    with connect(settings) as session, session.words():
        found = session.client.list_tables(
            f"{settings.project}.{dataset}", max_results=MOST_TABLES, retry=RETRY, timeout=TIMEOUT
        )
        return [
            Table(dataset, table.table_id, WORDS.get(table.table_type, "table"))
            for table in found
            if not table.table_id.startswith("_")
        ]


def columns(settings: BigQuerySettings, dataset: str, table: str) -> list[Column]:
    """Return the columns of a table; raise SourceUnavailable (TABLE) when it is not there."""
    with connect(settings) as session:
        return described(session, dataset, table)[0]


def preview(settings: BigQuerySettings, dataset: str, table: str, *, limit: int = 20) -> Preview:
    """Return some rows, as a message would see them; a view has none without a query."""
    with connect(settings) as session:
        found, raw = described(session, dataset, table)
        if raw.table_type != "TABLE":
            return Preview(found, [])
        with session.words():
            rows = session.client.list_rows(raw, max_results=limit, retry=RETRY, timeout=TIMEOUT)
            return Preview(found, [as_dict(dict(row.items())) for row in rows])


def described(session: Session, dataset: str, table: str) -> tuple[list[Column], Any]:
    """Return the columns of a table, and what Google says of it."""
    with session.words():
        raw = session.client.get_table(
            f"{session.settings.project}.{dataset}.{table}", retry=RETRY, timeout=TIMEOUT
        )
    first = (raw.clustering_fields or [None])[0]
    return [_column(field, is_first=field.name == first) for field in raw.schema], raw


def _column(field: Any, *, is_first: bool) -> Column:
    """Return a column; the first clustered one is the nearest that BigQuery has to an index."""
    kind = KINDS.get(field.field_type, Kind.OTHER)
    if field.mode == "REPEATED":
        kind = Kind.LIST if kind in SCALARS else Kind.JSON
        return Column(field.name, f"ARRAY<{field.field_type}>", kind)
    return Column(field.name, field.field_type, kind, is_indexed=is_first)
