"""Datasets and tables: what the API says of them, and DuckDB's tables under them."""

import hashlib
import json
import threading
import time
import uuid
from typing import Any

import duckdb

from bigquery_server.refusals import Refused, duplicate, invalid, not_found
from bigquery_server.shapes import duckdb_type, normal, quoted

Resource = dict[str, Any]


class Store:
    """The datasets of one project; everything happens under one lock."""

    def __init__(self, project: str) -> None:
        self.project = project
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        with self.lock:
            self.duck = duckdb.connect(config={"threads": 2})
            self.duck.execute("SET TimeZone = 'UTC'")
            self.datasets: dict[str, Resource] = {}
            self.tables: dict[tuple[str, str], Resource] = {}
            self.billing = True  # without it the project is a sandbox: no DML
            self.enabled = True  # the API is switched on in the project

    def rows(self, query: str) -> list[tuple]:
        with self.lock:
            return self.duck.execute(query).fetchall()

    # datasets

    def dataset(self, name: str) -> Resource:
        if name not in self.datasets:
            raise not_found("Dataset", f"{self.project}:{name}")
        return self.datasets[name]

    def insert_dataset(self, told: Resource) -> Resource:
        name = told["datasetReference"]["datasetId"]
        if name in self.datasets:
            raise duplicate("Dataset", f"{self.project}:{name}")
        self.duck.execute(f"CREATE SCHEMA {quoted(name)}")
        self.datasets[name] = {
            "kind": "bigquery#dataset",
            "id": f"{self.project}:{name}",
            "location": "US",
            "creationTime": _now(),
            **told,
        }
        return _stamped(self.datasets[name])

    def patch_dataset(self, name: str, told: Resource, etag: str) -> Resource:
        return _patched(self.dataset(name), told, etag)

    def delete_dataset(self, name: str, *, contents: bool) -> None:
        self.dataset(name)
        inside = [key for key in self.tables if key[0] == name]
        if inside and not contents:
            raise invalid(f"Dataset {self.project}:{name} is still in use")
        for key in inside:
            self.delete_table(*key)
        self.duck.execute(f"DROP SCHEMA {quoted(name)}")
        del self.datasets[name]

    # tables

    def table(self, dataset: str, name: str) -> Resource:
        self.dataset(dataset)
        found = self.tables.get((dataset, name))
        if found and int(found.get("expirationTime", 2**62)) < time.time() * 1000:
            self.delete_table(dataset, name)
            found = None
        if found is None:
            raise not_found("Table", f"{self.project}:{dataset}.{name}")
        return found

    def has(self, dataset: str, name: str) -> bool:
        try:
            self.table(dataset, name)
        except Refused:
            return False
        return True

    def insert_table(self, dataset: str, told: Resource) -> Resource:
        home = self.dataset(dataset)
        name = told["tableReference"]["tableId"]
        if self.has(dataset, name):
            raise duplicate("Table", f"{self.project}:{dataset}.{name}")
        fields = normal(told.get("schema", {}).get("fields", []))
        resource = {
            "kind": "bigquery#table",
            "id": f"{self.project}:{dataset}.{name}",
            "type": "TABLE",
            "location": home["location"],
            "creationTime": _now(),
            **told,
            "schema": {"fields": fields},
        }
        if "view" in told:
            resource["type"] = "VIEW"
        elif fields:
            self._create(dataset, name, fields)
        self.tables[dataset, name] = resource
        return _stamped(resource)

    def shown(self, table: Resource) -> Resource:
        """Return a table with its sizes of now, as texts."""
        place = table["tableReference"]
        sizes = {}
        if table["type"] == "TABLE" and table["schema"]["fields"]:
            address = f"{quoted(place['datasetId'])}.{quoted(place['tableId'])}"
            ((count,),) = self.rows(f"SELECT count(*) FROM {address}")
            sizes = {"numRows": str(count), "numBytes": str(self.size(table))}
        return {**table, **sizes}

    def patch_table(self, dataset: str, name: str, told: Resource, etag: str) -> Resource:
        table = self.table(dataset, name)
        if etag and etag != table["etag"]:
            raise Refused(412, "conditionNotMet", "Precondition check failed.")
        if "schema" in told:
            told = {**told, "schema": {"fields": self._altered(table, told["schema"]["fields"])}}
        return _patched(table, told, etag)

    def delete_table(self, dataset: str, name: str) -> None:
        table = self.tables.pop((dataset, name), None)
        if table is None:
            raise not_found("Table", f"{self.project}:{dataset}.{name}")
        self.duck.execute(f"DROP TABLE IF EXISTS {quoted(dataset)}.{quoted(name)}")

    def touch(self, dataset: str, name: str) -> None:
        """Give a table whose rows changed a new ETag."""
        _stamped(self.tables[dataset, name])

    def size(self, table: Resource, names: set[str] | None = None, where: str = "true") -> int:
        """Return the logical bytes of columns, as the price list counts them."""
        parts = [_width(f) for f in table["schema"]["fields"] if not names or f["name"] in names]
        place = table["tableReference"]
        address = f"{quoted(place['datasetId'])}.{quoted(place['tableId'])}"
        total = " + ".join(parts) or "0"
        ((size,),) = self.rows(
            f"SELECT CAST(COALESCE(sum({total}), 0) AS BIGINT) FROM {address} AS t WHERE {where}"
        )
        return int(size)

    def _create(self, dataset: str, name: str, fields: list[Resource]) -> None:
        columns = ", ".join(f"{quoted(f['name'])} {duckdb_type(f)}" for f in fields)
        self.duck.execute(f"CREATE TABLE {quoted(dataset)}.{quoted(name)} ({columns})")

    def _altered(self, table: Resource, told: list[Resource]) -> list[Resource]:
        """Add columns; anything else that a schema cannot do is refused as BigQuery does."""
        place = table["tableReference"]
        fields, known = normal(told), {f["name"]: f for f in table["schema"]["fields"]}
        if missing := set(known) - {f["name"] for f in fields}:
            raise invalid(f"Provided Schema does not match: Field {min(missing)} is missing")
        for field in fields:
            old = known.get(field["name"])
            if old and old["type"] != field["type"]:
                raise invalid(f"Provided Schema does not match: Field {field['name']} has changed")
            if old is None and field["mode"] == "REQUIRED":
                raise invalid("Provided Schema does not match: Cannot add required fields")
            if old is None:
                self.duck.execute(
                    f"ALTER TABLE {quoted(place['datasetId'])}.{quoted(place['tableId'])}"
                    f" ADD COLUMN {quoted(field['name'])} {duckdb_type(field)}"
                )
        return fields


def _width(field: Resource) -> str:
    name = f"t.{quoted(field['name'])}"
    if field["type"] in {"STRING", "BYTES", "JSON", "RECORD"} or field["mode"] == "REPEATED":
        return f"COALESCE(2 + length(CAST({name} AS VARCHAR)), 0)"
    return f"CASE WHEN {name} IS NULL THEN 0 ELSE {1 if field['type'] == 'BOOLEAN' else 8} END"


def _patched(resource: Resource, told: Resource, etag: str) -> Resource:
    if etag and etag != resource["etag"]:
        raise Refused(412, "conditionNotMet", "Precondition check failed.")
    for name, value in told.items():
        if name in {"tableReference", "datasetReference", "etag"}:
            continue
        if name == "labels" and value is not None:
            merged = {**resource.get("labels", {}), **value}
            resource["labels"] = {k: v for k, v in merged.items() if v is not None}
        elif value is None:
            resource.pop(name, None)
        else:
            resource[name] = value
    return _stamped(resource)


def _stamped(resource: Resource) -> Resource:
    resource["lastModifiedTime"] = _now()
    seed = uuid.uuid4().hex + json.dumps(resource, sort_keys=True, default=str)
    resource["etag"] = hashlib.sha256(seed.encode()).hexdigest()[:24]
    return resource


def _now() -> str:
    return str(int(time.time() * 1000))
