"""Why somebody is, or is not, in a segment: the truth of every condition for one contact.

The same compiler judges each node of the tree by itself, so the answer cannot differ from the
segment's.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from psycopg import sql

from sanderling.accounts.models import Organisation
from sanderling.lib.errors import NotFound, SanderlingError
from sanderling.postgres.statements import fetch_one
from sanderling.segments.compiling import Scope, expression, scope_of, tree_of_segment
from sanderling.segments.conditions import parse
from sanderling.segments.describing import describe
from sanderling.segments.external import fetch_keys
from sanderling.segments.models import Segment
from sanderling.segments.nodes import Condition, Group, InSegment

PATIENCE = 15.0


@dataclass(frozen=True)
class Truth:
    """A condition in words, whether it holds for the contact, and the conditions under it."""

    text: str
    holds: bool
    parts: tuple["Truth", ...] = ()


@dataclass(frozen=True)
class Membership:
    """One segment and one contact; ``problem`` says why nothing could be said."""

    segment: Segment
    truth: Truth | None
    problem: str = ""


def truth_of(
    condition: Condition,
    organisation: Organisation,
    contact_id: int,
    *,
    now: dt.datetime | None = None,
) -> Truth:
    """Return the truth of a condition and of all under it for one contact.

    Raises NotFound for a contact that is not ours, SourceUnavailable, BadCondition.
    """
    scope = scope_of(organisation, now=now)
    with transaction.atomic():
        scope.keys = fetch_keys([condition], scope, patience=PATIENCE)
        nodes = list(_nodes(condition, scope, within=()))
        values = _judged([expression(node, scope) for node in nodes], scope, contact_id)
    return _assembled(condition, scope, dict(zip(nodes, values, strict=True)), within=())


def members_of_contact(organisation: Organisation, contact_id: int) -> list[Membership]:
    """Return every segment of the organisation with its truth for one contact."""
    segments = Segment.objects.filter(organisation=organisation).order_by("name")
    return [_membership(segment, organisation, contact_id) for segment in segments]


def _membership(segment: Segment, organisation: Organisation, contact_id: int) -> Membership:
    try:
        tree = parse(segment.condition, scope_of(organisation).catalogue)
        return Membership(segment, truth_of(tree, organisation, contact_id))
    except NotFound:
        raise
    except SanderlingError as error:
        return Membership(segment, None, error.message)


def _nodes(condition: Condition, scope: Scope, *, within: tuple[int, ...]) -> list[Condition]:
    """Return a node and all below, those of nested segments included."""
    below = _parts(condition, scope, within)
    inside = _inside(condition, within)
    return [condition, *(node for part in below for node in _nodes(part, scope, within=inside))]


def _parts(condition: Condition, scope: Scope, within: tuple[int, ...]) -> tuple[Condition, ...]:
    match condition:
        case Group(_, parts):
            return parts
        case InSegment(segment_id):
            return (tree_of_segment(segment_id, scope.catalogue, within=within),)
    return ()


def _inside(condition: Condition, within: tuple[int, ...]) -> tuple[int, ...]:
    return (*within, condition.segment_id) if isinstance(condition, InSegment) else within


def _judged(expressions: list[sql.Composable], scope: Scope, contact_id: int) -> list[bool]:
    columns = sql.SQL(", ").join(
        sql.SQL("({}) IS TRUE").format(expression) for expression in expressions
    )
    query = sql.SQL("SELECT {} FROM {} WHERE c.organisation_id = {} AND c.id = {}").format(
        columns, scope.tables, sql.Literal(scope.organisation_id), sql.Literal(contact_id)
    )
    row = fetch_one(query, scope.bind.params)
    if row is None:
        raise NotFound("There is no such contact.")
    return list(row)


def _assembled(
    condition: Condition, scope: Scope, values: dict[Condition, bool], *, within: tuple[int, ...]
) -> Truth:
    inside = _inside(condition, within)
    parts = tuple(
        _assembled(part, scope, values, within=inside) for part in _parts(condition, scope, within)
    )
    words = describe(condition, scope.catalogue)
    leaf_lines = [line.strip() for part in words.parts for line in part.lines()]
    text = words.text
    if not isinstance(condition, Group) and leaf_lines:
        text = f"{words.text} {'; '.join(leaf_lines)}"
    return Truth(text, values[condition], parts)
