"""Load jobs: a file becomes rows of a table, all of them or none."""

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bigquery_server import shapes
from bigquery_server.outcomes import Outcome
from bigquery_server.refusals import Refused, duplicate, invalid, not_found
from bigquery_server.shapes import quoted
from bigquery_server.store import Store


def load(store: Store, config: dict[str, Any], body: bytes) -> Outcome:
    """Load a file as the configuration says."""
    place = config["destinationTable"]
    dataset, name = place["datasetId"], place["tableId"]
    store.dataset(dataset)
    told = config.get("schema", {}).get("fields") or []
    rows, fields = _read(config.get("sourceFormat", "CSV"), body, shapes.normal(told))
    disposition = config.get("writeDisposition", "WRITE_APPEND")
    if not store.has(dataset, name):
        _make(store, config, dataset, name, fields)
    elif disposition == "WRITE_EMPTY" and store.rows(f"SELECT 1 FROM {_at(dataset, name)} LIMIT 1"):
        raise duplicate("Table", f"{store.project}:{dataset}.{name}")
    elif disposition == "WRITE_TRUNCATE" and told:
        _remake(store, dataset, name, fields)
    table = store.table(dataset, name)
    if table["type"] != "TABLE":
        raise invalid(f"Cannot load into {table['type']} {dataset}.{name}")
    _fit(store, table, fields, config.get("schemaUpdateOptions", []))
    _insert(store, dataset, name, rows, truncates=disposition == "WRITE_TRUNCATE")
    store.touch(dataset, name)
    return Outcome("LOAD", inserted=rows.num_rows, processed=rows.nbytes)


def _read(
    form: str, body: bytes, told: list[dict[str, Any]]
) -> tuple[pa.Table, list[dict[str, Any]]]:
    """Return the rows of a file, and the schema that it has."""
    if form == "PARQUET":
        try:
            rows = pq.read_table(io.BytesIO(body))
        except pa.ArrowInvalid as error:
            raise invalid(f"Error while reading data: {error}") from error
        own = shapes.fields_of(rows, [""] * rows.num_columns)
        return rows, _typed(own, told)
    if form != "NEWLINE_DELIMITED_JSON":
        raise invalid(f"Unsupported source format {form}")
    records = shapes.json_rows(body)
    fields = told or _guessed(records)
    columns = {
        field["name"]: [_text(row.get(field["name"])) for row in records] for field in fields
    }
    return pa.table({name: pa.array(v, pa.string()) for name, v in columns.items()}), fields


def _typed(own: list[dict[str, Any]], told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Check what a Parquet file holds against the schema of the job.

    Stricter than the engine where its coercions are not proven: a column is what it is.
    """
    known = {field["name"]: field for field in told}
    for field in own:
        wanted = known.get(field["name"])
        if wanted and wanted["type"] != field["type"]:
            raise _mismatch(field["name"], wanted["type"], field["type"])
    return told or own


def _mismatch(name: str, there: str, here: str) -> Refused:
    return invalid(
        "Provided Schema does not match Table."
        f" Field {name} has changed type from {there} to {here}"
    )


def _guessed(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = dict.fromkeys(name for row in records for name in row)
    return [{"name": name, "type": "STRING", "mode": "NULLABLE"} for name in names]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _make(
    store: Store, config: dict[str, Any], dataset: str, name: str, fields: list[dict[str, Any]]
) -> None:
    if config.get("createDisposition") == "CREATE_NEVER":
        raise not_found("Table", f"{store.project}:{dataset}.{name}")
    told = {
        "tableReference": config["destinationTable"],
        "schema": {"fields": fields},
        **{key: config[key] for key in ("timePartitioning", "clustering") if key in config},
    }
    store.insert_table(dataset, told)


def _remake(store: Store, dataset: str, name: str, fields: list[dict[str, Any]]) -> None:
    """Give a table that is overwritten the schema of the job."""
    table = store.table(dataset, name)
    if table["schema"]["fields"] == fields:
        return
    kept = {k: table[k] for k in ("expirationTime", "labels") if k in table}
    store.delete_table(dataset, name)
    told = {"tableReference": table["tableReference"], "schema": {"fields": fields}, **kept}
    store.insert_table(dataset, told)


def _fit(
    store: Store, table: dict[str, Any], fields: list[dict[str, Any]], options: list[str]
) -> None:
    """Check the file's schema against the table; add columns where that is allowed."""
    known = {field["name"]: field for field in table["schema"]["fields"]}
    place = table["tableReference"]
    missing = [field for field in fields if field["name"] not in known]
    if missing and "ALLOW_FIELD_ADDITION" not in options:
        words = f"Cannot add fields (field: {missing[0]['name']})"
        raise invalid(f"Provided Schema does not match Table. {words}")
    for field in fields:
        there = known.get(field["name"])
        if there and there["type"] != field["type"]:
            raise _mismatch(field["name"], there["type"], field["type"])
    given = {field["name"] for field in fields}
    for name, field in known.items():
        if field["mode"] == "REQUIRED" and name not in given:
            raise invalid(f"Provided Schema does not match Table. Missing required field {name}")
    if missing:
        told = {"schema": {"fields": [*table["schema"]["fields"], *missing]}}
        store.patch_table(place["datasetId"], place["tableId"], told, "")


def _insert(store: Store, dataset: str, name: str, rows: pa.Table, *, truncates: bool) -> None:
    duck = store.duck
    duck.execute("BEGIN")
    try:
        if truncates:
            duck.execute(f"DELETE FROM {_at(dataset, name)}")
        duck.register("incoming", rows)
        duck.execute(f"INSERT INTO {_at(dataset, name)} BY NAME SELECT * FROM incoming")
        duck.execute("COMMIT")
    except Exception:
        duck.execute("ROLLBACK")
        raise
    finally:
        duck.unregister("incoming")


def _at(dataset: str, name: str) -> str:
    return f"{quoted(dataset)}.{quoted(name)}"
