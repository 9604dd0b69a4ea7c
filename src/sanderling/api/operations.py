"""The register of methods: one decorated function is one method of the API.

Everything else is derived from it: the route, the right that opens it (``rights.GROUPS``),
the reading of path, query and body by the function's annotations, and the OpenAPI page.

    @operation("PUT", "/v1/contact/{contact_id}", summary="Update a contact")
    def update_contact(call: Call, contact_id: int, body: ContactBody) -> Answer: ...
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from django.http import HttpRequest

from sanderling.api import reading
from sanderling.api.calling import Call, Caller
from sanderling.api.rights import Group, group_of
from sanderling.lib.errors import NotFound

IN_BRACES = re.compile(r"\{(\w+)\}")
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Operation:
    """One method: how it is called, who may call it and what answers."""

    method: str
    path: str
    group: Group
    summary: str
    run: Callable[..., Any]
    types: dict[str, Any]  # of the path's parameters
    body: Any
    query: Any
    needs_json: bool  # another media type is a 415 (the four contact writers)
    repeats: bool  # False: the same call again within a minute is a 409
    bucket: str  # of its rate limit
    writes: bool  # runs in one transaction

    def answer(self, request: HttpRequest, caller: Caller | None, params: dict[str, str]) -> Any:
        """Read what the function wants and call it."""
        wanted: dict[str, Any] = {
            name: _path_value(value, self.types.get(name, str)) for name, value in params.items()
        }
        if self.query is not None:
            wanted["query"] = reading.query_of(request, self.query)
        if self.body is not None:
            wanted["body"] = reading.body_of(request, self.body)
        return self.run(Call(request, caller), **wanted)


OPERATIONS: list[Operation] = []


def operation(
    method: str,
    path: str,
    *,
    summary: str,
    needs_json: bool = False,
    repeats: bool = True,
    bucket: str = "",
    writes: bool | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as a method of the API; a function may be several methods."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        hints = get_type_hints(function, include_extras=True)
        names = IN_BRACES.findall(path)
        assert set(names) <= set(inspect.signature(function).parameters), (path, function)
        OPERATIONS.append(
            Operation(
                method=method,
                path=path,
                group=group_of(method, path),
                summary=summary,
                run=function,
                types={name: hints.get(name, str) for name in names},
                body=hints.get("body"),
                query=hints.get("query"),
                needs_json=needs_json,
                repeats=repeats,
                bucket=bucket,
                writes=method != "GET" if writes is None else writes,
            )
        )
        return function

    return register


def _path_value(value: str, wanted: Any) -> Any:
    """Return a part of the path as its type; what cannot be an id names nothing."""
    if "\x00" in value:
        raise NotFound
    if wanted is not int:
        return value
    if not (value.isascii() and value.isdigit() and len(value) < 20 and int(value) <= LARGEST_ID):
        raise NotFound
    return int(value)
