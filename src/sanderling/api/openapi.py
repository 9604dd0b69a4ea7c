"""The description of the API, made from the register of methods, and a page to read it.

Nothing is written twice: what a method reads is what its function's annotations say.
"""

import inspect
import json
import re
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sanderling import __version__
from sanderling.api import answering, replies, samples
from sanderling.api.operations import IN_BRACES, OPERATIONS, Operation
from sanderling.api.rights import OPENS, Group

IN_TICKS = re.compile(r"``(.+?)``")
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
    400: "Something in the request cannot be used; the text says what.",
    401: "No key or token, or one that does not work.",
    403: "The rights of the key or app do not open this method.",
    404: "There is no such thing, or it belongs to somebody else.",
    409: "The state of things does not allow it, or the same write was made a moment ago.",
    413: "The body is larger than this server takes.",
    415: "The body is not JSON.",
    419: "The period is too long.",
    422: "More would be read than may be read at once.",
    429: "Too many requests; Retry-After says when to come back.",
    502: "The customer's database refused the question.",
    503: "The customer's database does not answer.",
}
# Whose 400 has a JSON of its own: the missing parameters by name (api.md §5.7.1), and what the
# plugin of a shop reads (§7.1).
OWN_PROBLEMS = {"/v3/event", "/v1/site/webpush/domain"}
OUTWARD = ("/v3/connectors", "/v3/sources", "/v3/exports", "/v3/segments", "/v2/contacts/recoms")


@dataclass(frozen=True, slots=True)
class Shown:
    """A method as the page shows it."""

    operation: Operation
    words: str
    rights: list[str]
    query: list[tuple[str, str]]
    body: list[tuple[str, str]]
    sample: str
    answer: str


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
            "schemas": components | replies.SCHEMAS,
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
        "responses": _answers(one),
    }
    if body is not None:
        content = {"schema": body}
        if sample := samples.SAMPLES.get(f"{one.method} {one.path}"):
            content["example"] = sample
        described["requestBody"] = {"content": {"application/json": content}}
    if one.group == Group.OPEN:
        described["security"] = []
    return described


def _answers(one: Operation) -> dict[str, Any]:
    """Return what may come back; errors are JSON of the framework or a line of text (§1.6)."""
    refusal = {
        answering.JSON: {"schema": replies.ref("Refusal")},
        answering.PLAIN: {"schema": replies.TEXT},
    }
    errors = {
        str(status): {"description": ERRORS[status], "content": refusal}
        for status in _statuses(one)
    }
    if one.path in OWN_PROBLEMS:
        errors["400"]["content"] = refusal | {answering.JSON: {"schema": replies.ANYTHING}}
    done = {"200": _success(one)}
    if f"{one.method} {one.path}" in replies.ALSO_CREATED:
        done["201"] = {**done["200"], "description": "Created."}
    return {**done, **errors}


def _success(one: Operation) -> dict[str, Any]:
    name = f"{one.method} {one.path}"
    done: dict[str, Any] = {"description": "Done."}
    if name in replies.COUNTED:
        words = "How many rows match altogether."
        done["headers"] = {"TotalCount": {"description": words, "schema": replies.WHOLE}}
    reply = replies.REPLIES.get(name)
    if name == "POST /v1/orders":
        done["description"] = "Nothing when every order was taken; else FailedOrders as JSON."
    if reply is None:  # nothing, or with a method of our own some JSON
        return done
    media_type = "application/json" if name in replies.PLAIN_JSON else answering.JSON
    if reply == replies.PLAIN:
        media_type = answering.PLAIN
    content = {} if isinstance(reply, str) else {"schema": reply}
    return {**done, "content": {media_type: content}}


def _statuses(one: Operation) -> list[int]:
    left_out = set()
    if one.group == Group.OPEN:
        left_out |= {401, 403, 429}
    if not one.needs_json:
        left_out.add(415)
    if one.path != "/v1/balance/history":
        left_out.add(419)
    if not one.path.startswith(OUTWARD):
        left_out |= {422, 502, 503}
    return [status for status in ERRORS if status not in left_out]


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
        words=IN_TICKS.sub(r"\1", inspect.getdoc(one.run) or ""),
        rights=[right for right, groups in OPENS.items() if one.group in groups],
        query=_members(one.query),
        body=_members(one.body),
        sample=_written(samples.SAMPLES.get(f"{one.method} {one.path}")),
        answer=_answer_words(one),
    )


def _written(sample: dict[str, Any] | None) -> str:
    return json.dumps(sample, indent=2, ensure_ascii=False) if sample else ""


def _answer_words(one: Operation) -> str:
    """Return the answer's schema with its references filled in, or "" where none is known."""
    reply = replies.REPLIES.get(f"{one.method} {one.path}")
    return _shape_of(reply) if isinstance(reply, dict) else ""


def _shape_of(schema: dict[str, Any]) -> str:
    """Return a schema as a line: ``[{id: integer, name: string}]``."""
    if "$ref" in schema:
        return _shape_of(replies.SCHEMAS[schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:  # one, or a list of them (R1)
        return " or ".join(_shape_of(option) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_shape_of(schema['items'])}]"
    if "properties" in schema:
        members = (f"{name}: {_shape_of(one)}" for name, one in schema["properties"].items())
        return "{" + ", ".join(members) + "}"
    return str(schema.get("type", "any"))


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
