"""From a condition, or the ids of segments and lists, to the statement of its people.

This is the whole road: parse, fetch what lies outside, compile.  Whoever evaluates a condition
with a data source does so inside a transaction, and uses the statement before it ends.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sanderling.accounts.models import Organisation
from sanderling.lib.errors import NotFound
from sanderling.segments.compiling import Compiled, Scope, people, scope_of
from sanderling.segments.conditions import parse
from sanderling.segments.external import fetch_keys
from sanderling.segments.nodes import Condition, Group, InList, InSegment

PATIENCE = 120.0  # seconds that a customer's database may take over one condition


def evaluated(
    condition: Condition,
    organisation: Organisation,
    *,
    now: dt.datetime | None = None,
    patience: float = PATIENCE,
) -> Compiled:
    """Return the statement of a condition's people; keys of sources are fetched on the way."""
    return evaluated_in(scope_of(organisation, now=now), condition, patience=patience)


def evaluated_in(scope: Scope, condition: Condition, *, patience: float = PATIENCE) -> Compiled:
    """Return the same in a scope that is already there."""
    scope.keys = fetch_keys([condition], scope, patience=patience)
    return people(condition, scope)


def parsed(document: Any, organisation: Organisation) -> Condition:
    """Return the tree of stored JSON; raise BadCondition with problems by path."""
    return parse(document, scope_of(organisation).catalogue)


def condition_of_groups(
    scope: Scope, *, include: Sequence[int], exclude: Sequence[int]
) -> Condition:
    """Return "in any of these and in none of those"; ids are of lists or of segments."""
    wanted = Group("any", tuple(_membership(scope, group_id) for group_id in include))
    if not exclude:
        return wanted
    unwanted = Group("none", tuple(_membership(scope, group_id) for group_id in exclude))
    return Group("all", (wanted, unwanted))


def _membership(scope: Scope, group_id: int) -> InList | InSegment:
    if group_id in scope.catalogue.segments:
        return InSegment(group_id)
    if group_id in scope.catalogue.lists:
        return InList(group_id)
    raise NotFound(f"There is no segment {group_id}.")
