"""The golden files as cases: typed JSON contexts decoded, departures known by id."""

from __future__ import annotations

import gzip
import json
import tomllib
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DEPARTURES: dict[str, str] = {
    case: group["reason"]
    for group in tomllib.loads((HERE / "departures.toml").read_text())["departure"]
    for case in group["cases"]
}

_DECODERS = {
    "$long": lambda value: value,
    "$float": lambda value: value,
    "$strbuf": lambda value: value,
    "$char": lambda value: value,
    "$double": float,
    "$bigdec": Decimal,
    "$bigint": int,
    "$date": lambda value: datetime.fromisoformat(value.replace("Z", "+00:00")),
    "$array": lambda value: [decoded(each) for each in value],
    "$set": lambda value: [decoded(each) for each in value],
    "$map": lambda value: {key: decoded(each) for key, each in value},
}


def cases_of(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(HERE / "golden" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            case["context"] = decoded(case["context"])
            yield case


def decoded(value: object) -> Any:
    if isinstance(value, list):
        return [decoded(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        key, inner = next(iter(value.items()))
        if key in _DECODERS:
            return _DECODERS[key](inner)
    return {key: decoded(each) for key, each in value.items()}
