"""BigQuery's schemas and cells over DuckDB's types and Arrow's values."""

import datetime as dt
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pyarrow as pa

DUCKDB = {
    "STRING": "VARCHAR", "BYTES": "BLOB", "INTEGER": "BIGINT", "INT64": "BIGINT",
    "FLOAT": "DOUBLE", "FLOAT64": "DOUBLE", "BOOLEAN": "BOOLEAN", "BOOL": "BOOLEAN",
    "TIMESTAMP": "TIMESTAMPTZ", "DATE": "DATE", "DATETIME": "TIMESTAMP", "TIME": "TIME",
    "NUMERIC": "DECIMAL(38, 9)", "JSON": "JSON",
}  # fmt: skip
# As the API spells them, whatever alias a table was made with.
SPELT = {"INT64": "INTEGER", "FLOAT64": "FLOAT", "BOOL": "BOOLEAN"}
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def duckdb_type(field: dict[str, Any]) -> str:
    """Return the type of a column of a schema."""
    if field["type"] in {"RECORD", "STRUCT"}:
        inner = ", ".join(f"{quoted(f['name'])} {duckdb_type(f)}" for f in field["fields"])
        base = f"STRUCT({inner})"
    else:
        base = DUCKDB[field["type"]]
    return f"{base}[]" if field.get("mode") == "REPEATED" else base


def normal(fields: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the fields of a schema as the API gives them back."""
    return [
        {
            **{name: value for name, value in field.items() if name != "fields" or value},
            "type": SPELT.get(field["type"], field["type"]),
            "mode": field.get("mode", "NULLABLE"),
        }
        for field in fields
    ]


def fields_of(table: pa.Table, types: Iterable[str]) -> list[dict[str, Any]]:
    """Return the schema of a result; DuckDB's types tell JSON from text."""
    return [
        _field(field.name, field.type, type_)
        for field, type_ in zip(table.schema, types, strict=True)
    ]


def _field(name: str, type_: pa.DataType, duck: str = "") -> dict[str, Any]:
    if pa.types.is_list(type_):
        return {**_field(name, type_.value_type), "mode": "REPEATED"}
    if pa.types.is_struct(type_):
        inner = [_field(type_.field(i).name, type_.field(i).type) for i in range(type_.num_fields)]
        return {"name": name, "type": "RECORD", "mode": "NULLABLE", "fields": inner}
    return {"name": name, "type": _scalar(type_, duck), "mode": "NULLABLE"}


def _scalar(type_: pa.DataType, duck: str) -> str:
    if duck == "JSON":
        return "JSON"
    if pa.types.is_integer(type_):
        return "INTEGER"
    if pa.types.is_floating(type_):
        return "FLOAT"
    if pa.types.is_boolean(type_):
        return "BOOLEAN"
    if pa.types.is_timestamp(type_):
        return "TIMESTAMP" if type_.tz else "DATETIME"
    if pa.types.is_date(type_):
        return "DATE"
    if pa.types.is_decimal(type_):
        return "INTEGER" if type_.scale == 0 else "NUMERIC"
    return "BYTES" if pa.types.is_binary(type_) else "STRING"


def cells(table: pa.Table) -> list[dict[str, Any]]:
    """Return rows as the API writes them: everything is a text."""
    columns = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
    return [{"f": [{"v": value} for value in row]} for row in zip(*columns, strict=True)]


def _cell(value: Any) -> Any:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case dt.datetime() if value.tzinfo:
            return str((value - EPOCH) // dt.timedelta(microseconds=1))
        case dt.datetime():
            return value.isoformat()
        case list():
            return [{"v": _cell(one)} for one in value]
        case dict():
            return {"f": [{"v": _cell(one)} for one in value.values()]}
        case bytes():
            return value.hex()
    return str(value)


def parameter(told: dict[str, Any]) -> Any:
    """Return the value of a query parameter."""
    return _value(told["parameterType"], told.get("parameterValue", {}))


def _value(type_: dict[str, Any], told: dict[str, Any]) -> Any:
    if type_["type"] == "ARRAY":
        inner = type_["arrayType"]
        return [_value(inner, one) for one in told.get("arrayValues", [])]
    if type_["type"] == "STRUCT":
        types = {one["name"]: one["type"] for one in type_["structTypes"]}
        return {name: _value(types[name], one) for name, one in told["structValues"].items()}
    return _scalar_value(type_["type"], told.get("value"))


def _scalar_value(type_: str, text: str | None) -> Any:
    if text is None:
        return None
    match type_:
        case "INT64" | "INTEGER":
            return int(text)
        case "FLOAT64" | "FLOAT":
            return float(text)
        case "BOOL" | "BOOLEAN":
            return text.lower() == "true"
        case "TIMESTAMP":
            moment = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
            return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        case "DATE":
            return dt.date.fromisoformat(text)
        case "DATETIME":
            return dt.datetime.fromisoformat(text)
        case "NUMERIC" | "BIGNUMERIC":
            return Decimal(text)
    return text


def json_rows(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in body.splitlines() if line.strip()]
