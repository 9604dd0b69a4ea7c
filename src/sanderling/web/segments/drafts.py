"""A condition under construction: a tree that may still be wrong, in the fields of a form.

The builder works without script: every button posts the whole form, the server changes the tree
and draws it anew.  A field is named by its place, ``c-0-1-operator``: the operator of the second
part of the first part of the root.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

GROUPS = ("all", "any", "none")
FIELD = re.compile(r"c((?:-\d{1,3}){0,16})-([a-z]\w{0,15})")
MOST_FIELDS = 5000


class NotDrawable(Exception):
    """The builder cannot show this condition; its JSON can still be edited."""


@dataclass
class Draft:
    """One box of the builder: a group, or a condition; ``about`` says which and on what.

    A condition on a data source is a group, too: its parts are tests on one row.
    """

    about: str
    values: dict[str, str] = field(default_factory=dict)
    parts: list["Draft"] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        """Whether this is all, any or none of its parts."""
        return self.about in GROUPS


def empty() -> Draft:
    """Return the condition to begin with."""
    return Draft("all", parts=[Draft("")])


def of_document(document: Any) -> Draft:
    """Return the draft of stored JSON; raise NotDrawable for what the builder cannot show."""
    if isinstance(document, dict) and len(document) == 1 and set(document) <= set(GROUPS):
        return _of(document)
    return Draft("all", parts=[_of(document)] if document else [Draft("")])


def _of(document: Any) -> Draft:
    if not isinstance(document, dict):
        raise NotDrawable
    for kind in GROUPS:
        if kind in document:
            return Draft(kind, parts=[_of(part) for part in document[kind]])
    for member in ("field", "orders", "event", "activity", "column"):
        if member in document:
            about = f"{member}:{document[member]}"
            return Draft(about, _texts(document, without=member))
    for member in ("list", "segment"):
        if member in document:
            values = _texts(document, without=member)
            return Draft(member, {"value": str(document[member]), **values})
    if "source" in document:
        return _of_source(document)
    raise NotDrawable


def _of_source(document: dict[str, Any]) -> Draft:
    """One level of tests on a row is drawn; deeper ones are left to JSON."""
    where = document.get("where") or {"all": []}
    if "column" in where:
        where = {"all": [where]}
    kind = next((kind for kind in GROUPS if kind in where), None)
    if kind is None or any("column" not in part for part in where[kind]):
        raise NotDrawable
    parts = [_of(part) for part in where[kind]]
    return Draft(f"source:{document['source']}", {"match": kind}, parts)


def _texts(document: dict[str, Any], *, without: str) -> dict[str, str]:
    """Return the members of a leaf as the fields of the form show them."""
    values: dict[str, str] = {}
    for name, value in document.items():
        if name == without or value is None:
            continue
        if name in ("where", "times"):
            raise NotDrawable
        values |= _value(value) if name == "value" else {name: _text(value)}
    return values


def _value(value: Any) -> dict[str, str]:
    if isinstance(value, dict):
        return {"n": _text(value.get("n", "")), "unit": _text(value.get("unit", ""))}
    if isinstance(value, list):
        pair = {"value": _text(value[0]), "value2": _text(value[1])} if len(value) == 2 else {}
        return {**pair, "lines": "\n".join(map(_text, value))}
    if isinstance(value, str) and (counted := re.search(r"\d{1,5}", value)) and "_" in value:
        pattern = value.replace(counted[0], "{n}", 1)
        return {"value": value, "period": pattern, "n": counted[0]}
    return {"value": _text(value), "period": _text(value)}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(map(_text, value))
    return str(value)


def of_form(fields: Mapping[str, str]) -> Draft:
    """Return the draft that a form holds; fields of other names are left alone."""
    nodes: dict[tuple[int, ...], dict[str, str]] = {}
    for name, value in list(fields.items())[:MOST_FIELDS]:
        if found := FIELD.fullmatch(name):
            place = tuple(int(part) for part in found[1].split("-")[1:])
            nodes.setdefault(place, {})[found[2]] = value
    drafts: dict[tuple[int, ...], Draft] = {}
    for place in sorted(nodes):
        values = nodes[place]
        drafts[place] = Draft(values.pop("about", ""), values)
        if place and place[:-1] in drafts:
            drafts[place[:-1]].parts.append(drafts[place])
    root = drafts.get(())
    return root if root is not None and root.is_group else empty()


def changed(draft: Draft, command: str) -> Draft:
    """Return the draft after a button such as ``add:0-1``, ``remove:0-1`` or ``start:opened``."""
    verb, _colon, rest = command.partition(":")
    if verb == "start":
        _begin(draft, rest)
        return draft
    place = [int(part) for part in rest.split("-") if part.isascii() and part.isdigit()]
    if verb == "remove" and place:
        parent = _at(draft, place[:-1])
        if parent is not None and place[-1] < len(parent.parts):
            del parent.parts[place[-1]]
    elif (node := _at(draft, place)) is not None:
        if verb == "add":
            node.parts.append(Draft(""))
        elif verb == "group":
            node.parts.append(Draft("any", parts=[Draft("")]))
    return draft


def _begin(draft: Draft, name: str) -> None:
    """Add one of the ready conditions, in the place of an empty one if there is one."""
    if name not in READY and not name.startswith("birthday-"):
        return
    if name.startswith("birthday-"):
        about = f"field:field:{name.removeprefix('birthday-')}"
        ready = Draft(about, {"operator": "anniversary", "period": "today"})
    else:
        about, values = READY[name]
        ready = Draft(about, dict(values))
    draft.parts = [part for part in draft.parts if part.about]
    draft.parts.append(ready)


READY: dict[str, tuple[str, dict[str, str]]] = {
    "no-external-id": ("field:external_id", {"operator": "not_specified"}),
    "opened": ("activity:opened", {"operator": "within", "days": "30", "channel": "Email"}),
}


def _at(draft: Draft, place: list[int]) -> Draft | None:
    for index in place:
        if index >= len(draft.parts):
            return None
        draft = draft.parts[index]
    return draft
