"""Change the blocks of a draft: add after, change, remove, lead elsewhere.

Each function returns a new draft; none minds whether it could run (``parsing`` does).
"""

from collections.abc import Mapping
from copy import deepcopy
from itertools import count
from typing import Any

from django.utils.translation import gettext as _

from sanderling.lib.errors import Conflict, NotFound
from sanderling.workflows.blocks import ADDABLE, KINDS

Draft = dict[str, dict[str, Any]]


def empty() -> Draft:
    """Return the draft of a new workflow: Start, and at once End."""
    return {"start": {"kind": "start", "next": "end"}, "end": {"kind": "end"}}


def add_after(draft: Mapping[str, Any], block_id: str, key: str, kind: str) -> tuple[Draft, str]:
    """Put a block behind an exit of another; return the draft and the new block's id.

    What followed now follows the first exit of the new block; its other exits lead to an End
    of their own.
    """
    if kind not in ADDABLE:
        raise NotFound(_("There is no such kind of block."))
    changed = _copy(draft)
    block = _block(changed, block_id)
    if key not in KINDS[block["kind"]].EXITS:
        raise NotFound(_("The block has no such branch."))
    new_id = _free_id(changed)
    followed = block.get(key)
    block[key] = new_id
    changed[new_id] = {"kind": kind}
    for first in list(KINDS[kind].EXITS)[:1]:
        changed[new_id][first] = followed
    for other in list(KINDS[kind].EXITS)[1:]:
        end_id = _free_id(changed)
        changed[end_id] = {"kind": "end"}
        changed[new_id][other] = end_id
    return _without_islands(changed), new_id


def change(draft: Mapping[str, Any], block_id: str, values: Mapping[str, Any]) -> Draft:
    """Set the settings of a block."""
    changed = _copy(draft)
    block = _block(changed, block_id)
    names = {"name", *(setting.name for setting in KINDS[block["kind"]].SETTINGS)}
    block.update({name: value for name, value in values.items() if name in names})
    return changed


def lead(draft: Mapping[str, Any], block_id: str, exits: Mapping[str, str]) -> Draft:
    """Let exits lead to other blocks: to join branches, or to come back after a timer."""
    changed = _copy(draft)
    block = _block(changed, block_id)
    for key, target in exits.items():
        if key not in KINDS[block["kind"]].EXITS or target not in changed:
            raise NotFound(_("The block has no such branch."))
        block[key] = target
    return _without_islands(changed)


def remove(draft: Mapping[str, Any], block_id: str) -> Draft:
    """Take a block out; what led to it leads to what followed it, other branches go with it."""
    changed = _copy(draft)
    block = _block(changed, block_id)
    kind = KINDS[block["kind"]]
    if kind.KIND in ("start", "end"):
        raise Conflict(_("Start and End cannot be removed."))
    del changed[block_id]
    for one, other in list(changed.items()):
        for key in KINDS[other["kind"]].EXITS:
            if other.get(key) == block_id:
                after = (block.get(name) for name in kind.EXITS)
                follows = (target for target in after if target in changed and target != one)
                other[key] = next(follows, None) or _new_end(changed)
    return _without_islands(changed)


def _without_islands(draft: Draft) -> Draft:
    """Leave out what no branch leads to any more; every branch that leads nowhere gets an End."""
    reached, waiting = set(), [one for one, raw in draft.items() if raw["kind"] == "start"]
    while waiting:
        block_id = waiting.pop()
        if block_id in reached:
            continue
        reached.add(block_id)
        block = draft[block_id]
        for key in KINDS[block["kind"]].EXITS:
            if block.get(key) not in draft:
                block[key] = _new_end(draft)
            waiting.append(block[key])
    return {one: raw for one, raw in draft.items() if one in reached}


def _new_end(draft: Draft) -> str:
    end_id = _free_id(draft)
    draft[end_id] = {"kind": "end"}
    return end_id


def _block(draft: Draft, block_id: str) -> dict[str, Any]:
    if block_id not in draft:
        raise NotFound(_("There is no such block."))
    return draft[block_id]


def _copy(draft: Mapping[str, Any]) -> Draft:
    """Return a copy without blocks of unknown kinds: they can be neither shown nor run."""
    return deepcopy({one: dict(raw) for one, raw in draft.items() if raw.get("kind") in KINDS})


def _free_id(draft: Draft) -> str:
    return next(one for number in count(1) if (one := f"b{number}") not in draft)
