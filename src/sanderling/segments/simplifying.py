"""Negation moves down to the leaves; groups of one, and groups in equal groups, dissolve.

Only so can a condition on the customer's table be negated as the product means it: "not" asks
for contacts that *have* rows there of which none passes (docs/design/segments.md, "Both").  A
whole segment is not opened: "not in the segment" is everybody else.
"""

from sanderling.segments.nodes import Condition, Group, Not


def simplify(condition: Condition) -> Condition:
    """Return an equal tree of all, any, leaves and negated leaves."""
    return _pushed(condition, negated=False)


def _pushed(condition: Condition, *, negated: bool) -> Condition:
    match condition:
        case Group("none", parts):
            return _group("all" if not negated else "any", parts, negated=not negated)
        case Group(kind, parts):
            return _group(_opposite(kind) if negated else kind, parts, negated=negated)
        case Not(part):
            return _pushed(part, negated=not negated)
    return Not(condition) if negated else condition


def _group(kind: str, parts: tuple[Condition, ...], *, negated: bool) -> Condition:
    flat: list[Condition] = []
    for part in parts:
        pushed = _pushed(part, negated=negated)
        if isinstance(pushed, Group) and pushed.kind == kind:
            flat.extend(pushed.parts)
        else:
            flat.append(pushed)
    unique = tuple(dict.fromkeys(flat))
    if len(unique) == 1:
        return unique[0]
    return Group("all" if kind == "all" else "any", unique)


def _opposite(kind: str) -> str:
    return "any" if kind == "all" else "all"
