"""Requests and answers."""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Request:
    """One request, read whole."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""

    @property
    def line(self) -> str:
        """Return what faults are ordered by."""
        asked = "&".join(f"{name}={value}" for name, value in self.query.items())
        return f"{self.method} {self.path}?{asked}"

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"{}")


@dataclass
class Answer:
    """One answer; ``content`` becomes JSON."""

    content: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return b"" if self.content is None else json.dumps(self.content).encode()
