"""The JSON of a draft, in the shapes that its operators want."""

from typing import Any

from sanderling.segments.catalogue import AGGREGATES, Catalogue
from sanderling.segments.kinds import OPERATORS, Kind, Shape
from sanderling.web.segments.drafts import Draft


def document_of(draft: Draft, catalogue: Catalogue) -> Any:
    """Return the JSON of a draft; what is still missing is missing there, too.

    Boxes in which nothing is chosen yet are left out.
    """
    if draft.is_group:
        parts = [part for part in draft.parts if part.about]
        return {draft.about: [document_of(part, catalogue) for part in parts]}
    member, _colon, name = draft.about.partition(":")
    match member:
        case "field" | "orders":
            kind = kind_of(draft, catalogue)
            return {member: name, **_test(draft, kind), **_orders(draft, member)}
        case "activity":
            return _activity(draft, name)
        case "event":
            return {"event": name, **_plain(draft, "operator"), **_days(draft)}
        case "list" | "segment":
            return {member: draft.values.get("value", ""), **_plain(draft, "operator")}
        case "source":
            return _source(draft, name, catalogue)
    return {}


def kind_of(draft: Draft, catalogue: Catalogue, source: str = "") -> Kind:
    """Return what kind of value a box tests."""
    member, _colon, name = draft.about.partition(":")
    if member == "field" and name in catalogue.fields:
        return catalogue.fields[name].kind
    if member == "orders" and name in AGGREGATES:
        return AGGREGATES[name].kind
    if member == "activity":
        return Kind.MOMENT
    if member == "column" and source.isascii() and source.isdigit():
        entry = catalogue.sources.get(int(source))
        return entry.columns.get(name, Kind.OPAQUE) if entry else Kind.OPAQUE
    return Kind.TEXT


def _test(draft: Draft, kind: Kind) -> dict[str, Any]:
    operator = draft.values.get("operator", "")
    shape = OPERATORS[kind].get(operator, Shape.NOTHING)
    value = _value(draft.values, shape)
    return {"operator": operator} | ({} if value is None else {"value": value})


def _value(values: dict[str, str], shape: Shape) -> Any:
    match shape:
        case Shape.NOTHING:
            return None
        case Shape.TEXTS:
            lines = values.get("lines", values.get("value", "")).splitlines()
            return [line.strip() for line in lines if line.strip()]
        case Shape.NUMBERS | Shape.DAYS:
            return [values.get("value", ""), values.get("value2", "")]
        case Shape.AGO:
            return {"n": values.get("n", ""), "unit": values.get("unit", "days")}
        case Shape.PERIOD | Shape.RETURN:
            return values.get("period", "today").replace("{n}", values.get("n") or "7")
    return values.get("value", "")


def _orders(draft: Draft, member: str) -> dict[str, Any]:
    if member != "orders":
        return {}
    status = draft.values.get("status", "")
    return _days(draft) | ({"status": status.split()} if status else {})


def _activity(draft: Draft, name: str) -> dict[str, Any]:
    channel = _plain(draft, "channel")
    if draft.values.get("operator", "within") in ("within", "not_within"):
        operator = {"operator": draft.values.get("operator", "within")}
        return {"activity": name, **channel, **operator, **_days(draft)}
    return {"activity": name, **channel, **_test(draft, Kind.MOMENT)}


def _source(draft: Draft, number: str, catalogue: Catalogue) -> dict[str, Any]:
    rows = [
        {"column": part.about.partition(":")[2], **_test(part, kind_of(part, catalogue, number))}
        for part in draft.parts
        if part.about
    ]
    match = draft.values.get("match", "all") if rows else "all"
    return {"source": number, "where": {match: rows}}


def _days(draft: Draft) -> dict[str, str]:
    return _plain(draft, "days")


def _plain(draft: Draft, name: str) -> dict[str, str]:
    value = draft.values.get(name, "")
    return {name: value} if value else {}
