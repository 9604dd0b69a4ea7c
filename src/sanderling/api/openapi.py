"""The description of the API, made from the register of methods, and a page to read it.

Nothing is written twice: what a method reads is what its function's annotations say.
"""

import inspect
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sanderling import __version__
from sanderling.api.operations import IN_BRACES, OPERATIONS, Operation
from sanderling.api.rights import OPENS, Group

REF = "#/components/schemas/{name}"
TITLES = {
    Group.OPEN: "Without credentials",
    Group.GENERAL: "General",
    Group.CONTACT_WRITING: "Writing contacts and segments",
    Group.CONTACT_READING: "Reading contacts and segments",
    Group.ACTIVITY: "Activity",
    Group.EVENTS: "Events",
    Group.SENDING: "Sending messages",
    Group.FULL: "Full access",
}
ERRORS = {
    "400": "Something in the request cannot be used; the text says what.",
    "401": "No key or token, or one that does not work.",
    "403": "The rights of the key or app do not open this method.",
    "404": "There is no such thing, or it belongs to somebody else.",
    "429": "Too many requests; Retry-After says when to come back.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A method as the page shows it."""

    operation: Operation
    words: str
    rights: list[str]
    query: list[tuple[str, str]]
    body: list[tuple[str, str]]


@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI 3.1 document."""
    return JsonResponse(described())


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show every method with what it reads."""
    groups = [
        (title, [_shown(one) for one in OPERATIONS if one.group == group])
        for group, title in TITLES.items()
    ]
    return render(request, "api/docs.html", {"groups": groups})


def described() -> dict[str, Any]:
    """Return the description of every method."""
    bodies = [one.body for one in OPERATIONS if one.body is not None]
    shapes, components = msgspec.json.schema_components(bodies, ref_template=REF)
    schemas = iter(shapes)
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        schema = next(schemas) if one.body is not None else None
        paths.setdefault(f"/api{one.path}", {})[one.method.lower()] = _described(one, schema)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sanderling", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "basic"},
                "app": {"type": "http", "scheme": "bearer"},
            },
        },
        "security": [{"key": []}, {"app": []}],
    }


def _described(one: Operation, body: dict[str, Any] | None) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{one.method.lower()}{one.path.replace('/', '_')}",
        "summary": one.summary,
        "description": inspect.getdoc(one.run) or "",
        "tags": [TITLES[one.group]],
        "parameters": _parameters(one),
        "responses": {
            "200": {"description": "Done."},
            **{status: {"description": words} for status, words in ERRORS.items()},
        },
    }
    if body is not None:
        described["requestBody"] = {"content": {"application/json": {"schema": body}}}
    if one.group == Group.OPEN:
        described["security"] = []
    return described


def _parameters(one: Operation) -> list[dict[str, Any]]:
    path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": msgspec.json.schema(one.types.get(name, str)),
        }
        for name in IN_BRACES.findall(one.path)
    ]
    query = [
        {
            "name": field.encode_name,
            "in": "query",
            "schema": msgspec.json.schema(field.type),
            "explode": False,
        }
        for field in (msgspec.structs.fields(one.query) if one.query else ())
    ]
    return path + query


def _shown(one: Operation) -> Shown:
    return Shown(
        operation=one,
        words=inspect.getdoc(one.run) or "",
        rights=[right for right, groups in OPENS.items() if one.group in groups],
        query=_members(one.query),
        body=_members(one.body),
    )


def _members(shape: Any) -> list[tuple[str, str]]:
    """Return the names and types of a shape's members."""
    if not (isinstance(shape, type) and issubclass(shape, msgspec.Struct)):
        return []
    return [(field.encode_name, _kind(field.type)) for field in msgspec.structs.fields(shape)]


def _kind(shape: Any) -> str:
    """Return a type in words that any programmer reads."""
    described = msgspec.json.schema(shape)
    options = [
        option for option in described.get("anyOf", [described]) if option.get("type") != "null"
    ]
    return " or ".join(dict.fromkeys(_one_kind(option) for option in options)) or "any"


def _one_kind(option: dict[str, Any]) -> str:
    if "$ref" in option:
        return "object"
    if option.get("type") == "array":
        return f"list of {_one_kind(option.get('items') or {})}"
    return str(option.get("type", "any"))
