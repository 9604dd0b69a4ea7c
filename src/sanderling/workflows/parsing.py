"""From a workflow's JSON to typed blocks, with everything that is wrong at once.

Problems are by place: ``b2`` is a block as a whole, ``b2.message`` one of its settings, an empty
place the workflow.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sanderling.lib.errors import Invalid
from sanderling.workflows.blocks import KINDS
from sanderling.workflows.blocks.block import Block, Problems
from sanderling.workflows.blocks.end import End
from sanderling.workflows.blocks.start import Start

MOST_BLOCKS = 300
LONGEST_ID = 40


class BadBlocks(Invalid):
    """The blocks of this workflow do not fit together."""


@dataclass(frozen=True)
class Plan:
    """A workflow that can run: its blocks by id, and where it starts."""

    start: str
    blocks: Mapping[str, Block]


def parse(document: Any) -> Plan:
    """Return the plan of a workflow's JSON; raise BadBlocks with all problems by place."""
    blocks, problems = read(document)
    _add(problems, _shape(document, blocks))
    if problems:
        raise BadBlocks(problems=problems)
    start = next(block.id for block in blocks.values() if isinstance(block, Start))
    return Plan(start, blocks)


def read(document: Any) -> tuple[dict[str, Block], Problems]:
    """Return the blocks that can be read one by one, and what is wrong with the others."""
    if not isinstance(document, dict):
        return {}, {"": [_("A workflow is an object of blocks by their ids.")]}
    if len(document) > MOST_BLOCKS:
        return {}, {"": [_("At most %d blocks.") % MOST_BLOCKS]}
    blocks: dict[str, Block] = {}
    problems: Problems = {}
    for block_id, raw in document.items():
        kind = KINDS.get(str(raw.get("kind"))) if isinstance(raw, dict) else None
        if kind is None or not 0 < len(block_id) <= LONGEST_ID or "/" in block_id:
            problems[block_id] = [_("There is no such kind of block.")]
            continue
        block, found = kind.of(block_id, raw)
        _add(problems, {f"{block_id}.{name}": texts for name, texts in found.items()})
        if block is not None:
            blocks[block_id] = block
    return blocks, problems


def _shape(document: Any, blocks: Mapping[str, Block]) -> Problems:
    """Return what is wrong between blocks."""
    if not isinstance(document, dict) or not all(
        isinstance(raw, dict) for raw in document.values()
    ):
        return {}
    problems: Problems = {}
    starts = [block.id for block in blocks.values() if isinstance(block, Start)]
    if sum(raw.get("kind") == Start.KIND for raw in document.values()) != 1:
        problems[""] = [_("A workflow has exactly one Start block.")]
    for block in blocks.values():
        for key, target in block.exits.items():
            if not target:
                _add(problems, {block.id: [_not_leading(block, key)]})
            elif target not in document:
                _add(problems, {block.id: [_("This leads to a block that does not exist.")]})
            elif target in starts:
                _add(problems, {block.id: [_("Nothing leads back to Start.")]})
    if not problems and len(blocks) == len(document):  # of unreadable blocks no way is known
        _add(problems, _circles(blocks))
        _add(problems, _islands(blocks, starts[0]))
        _add(problems, _endless(blocks))
    return problems


def _not_leading(block: Block, key: str) -> str:
    if len(block.EXITS) == 1:
        return _("Nothing follows here: every branch must end in an End block.")
    return _("The branch “%s” leads nowhere.") % block.EXITS[key]


def _circles(blocks: Mapping[str, Block]) -> Problems:
    """Find circles without a timer: they would turn for ever in an instant."""
    state: dict[str, int] = {}  # 1: on the way, 2: done
    found: Problems = {}
    for first in blocks:
        stack: list[tuple[str, Iterator[str]]] = []
        if first not in state:
            state[first] = 1
            stack.append((first, _instantly_after(blocks, first)))
        while stack:
            block_id, targets = stack[-1]
            target = next(targets, None)
            if target is None:
                state[block_id] = 2
                stack.pop()
            elif state.get(target) == 1:
                found[target] = [_("A circle must go through a Timer.")]
            elif target not in state:
                state[target] = 1
                stack.append((target, _instantly_after(blocks, target)))
    return found


def _instantly_after(blocks: Mapping[str, Block], block_id: str) -> Iterator[str]:
    block = blocks.get(block_id)
    if block is None or block.WAITS:
        return iter(())
    return iter(target for target in block.exits.values() if target in blocks)


def _islands(blocks: Mapping[str, Block], start: str) -> Problems:
    """Find blocks that nothing leads to."""
    reached = _reached(blocks, start)
    return {
        block_id: [_("No branch leads here.")] for block_id in blocks if block_id not in reached
    }


def _endless(blocks: Mapping[str, Block]) -> Problems:
    """Find blocks from which no End can be reached."""
    return {
        block_id: [_("This branch never comes to an End block.")]
        for block_id in blocks
        if not any(isinstance(blocks[other], End) for other in _reached(blocks, block_id))
    }


def _reached(blocks: Mapping[str, Block], start: str) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        for target in blocks[waiting.pop()].exits.values():
            if target in blocks and target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached


def _add(problems: Problems, more: Problems) -> None:
    for place, sentences in more.items():
        problems.setdefault(place, []).extend(sentences)
