"""The workflow as a picture: blocks in layers from Start downwards, drawn on the server.

A branch takes as many columns as it has ends, a block stands above the middle of what follows it.
A way back (a circle through a timer) does not count for the layers and is drawn dashed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sanderling.workflows.blocks import KINDS

WIDTH, HEIGHT = 196, 54
COLUMN, LAYER = WIDTH + 28, HEIGHT + 52
MARGIN = 24
LONGEST_TITLE, LONGEST_WORDS = 25, 30


@dataclass
class Box:
    """A block in the picture."""

    id: str
    kind: str
    title: str
    words: str
    waiting: int = 0
    layer: int = 0
    column: float = 0.0

    @property
    def x(self) -> int:
        """Return the left side."""
        return round(MARGIN + self.column * COLUMN)

    @property
    def y(self) -> int:
        """Return the top side."""
        return MARGIN + self.layer * LAYER

    @property
    def middle(self) -> int:
        """Return the middle between left and right."""
        return self.x + WIDTH // 2

    @property
    def bottom(self) -> int:
        """Return the lower side."""
        return self.y + HEIGHT

    @property
    def badge_x(self) -> int:
        """Return where the number of waiting runs stands."""
        return self.x + WIDTH

    @property
    def short_title(self) -> str:
        """Return the title as far as there is room."""
        return _shortened(self.title, LONGEST_TITLE)

    @property
    def short_words(self) -> str:
        """Return the sentence as far as there is room."""
        return _shortened(self.words, LONGEST_WORDS)


@dataclass(frozen=True)
class Arrow:
    """A way from one block to another."""

    path: str
    label: str
    label_x: int
    label_y: int
    is_back: bool


@dataclass
class Picture:
    """Boxes in the order a reader meets them, and arrows."""

    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)

    @property
    def width(self) -> int:
        """Return the width in pixels."""
        return max((box.x + WIDTH for box in self.boxes), default=0) + 2 * MARGIN

    @property
    def height(self) -> int:
        """Return the height in pixels."""
        return max((box.bottom for box in self.boxes), default=0) + MARGIN


def drawn(
    draft: Mapping[str, Any],
    titles: Mapping[str, str],
    words: Mapping[str, str],
    waiting: Mapping[str, int],
) -> Picture:
    """Return the picture of a draft's blocks, with the number of runs that wait at each."""
    order, back = _walked(draft)
    boxes = {
        one: Box(one, draft[one]["kind"], titles[one], words[one], waiting.get(one, 0))
        for one in order
    }
    _set_layers(draft, boxes, back)
    _set_columns(draft, order, boxes)
    side = max((box.x + WIDTH for box in boxes.values()), default=0) + MARGIN // 2
    arrows = [
        _arrow(boxes[one], boxes[target], labels, is_back=(one, target) in back, side=side)
        for one in order
        for target, labels in _targets(draft, one).items()
    ]
    return Picture(list(boxes.values()), arrows)


def reading_order(draft: Mapping[str, Any]) -> list[str]:
    """Return the ids of the blocks in the order a reader meets them; unconnected ones last."""
    order, _back = _walked(draft)
    return [*order, *(one for one in draft if one not in set(order))]


def exits_of(draft: Mapping[str, Any], block_id: str) -> dict[str, str]:
    """Return where each exit of a stored block leads."""
    kind = KINDS.get(str(draft[block_id].get("kind")))
    return {key: str(draft[block_id].get(key) or "") for key in kind.EXITS} if kind else {}


def _targets(draft: Mapping[str, Any], block_id: str) -> dict[str, list[str]]:
    """Return what follows a block, each with the names of the exits that lead there."""
    kind = KINDS[draft[block_id]["kind"]]
    found: dict[str, list[str]] = {}
    for key, target in exits_of(draft, block_id).items():
        if target in draft and draft[target].get("kind") in KINDS:
            label = str(kind.EXITS[key]) if len(kind.EXITS) > 1 else ""
            found.setdefault(target, []).append(label)
    return found


def _walked(draft: Mapping[str, Any]) -> tuple[list[str], set[tuple[str, str]]]:
    """Return the blocks in the order of a walk from Start, and the ways that lead back."""
    order: list[str] = []
    back: set[tuple[str, str]] = set()
    starts = [one for one, raw in draft.items() if raw.get("kind") == "start"]
    on_the_way: list[str] = []
    stack = [(one, False) for one in starts[:1]]
    while stack:
        one, is_left = stack.pop()
        if is_left:
            on_the_way.remove(one)
            continue
        if one in order:
            continue
        order.append(one)
        on_the_way.append(one)
        stack.append((one, True))
        for target in reversed(_targets(draft, one)):
            if target in on_the_way:
                back.add((one, target))
            elif target not in order:
                stack.append((target, False))
    return order, back


def _set_layers(
    draft: Mapping[str, Any], boxes: dict[str, Box], back: set[tuple[str, str]]
) -> None:
    """Put each block below everything that leads to it."""
    for _round in boxes:
        is_settled = True
        for one, box in boxes.items():
            for target in _targets(draft, one):
                if (one, target) not in back and boxes[target].layer <= box.layer:
                    boxes[target].layer = box.layer + 1
                    is_settled = False
        if is_settled:
            return


def _set_columns(draft: Mapping[str, Any], order: list[str], boxes: dict[str, Box]) -> None:
    """Give each end of the tree of first visits a column, and centre the others above."""
    children: dict[str, list[str]] = {one: [] for one in order}
    seen = set(order[:1])
    for one in order:
        for target in _targets(draft, one):
            if target not in seen:
                seen.add(target)
                children[one].append(target)
    column = 0
    for one in order:
        if not children[one]:
            boxes[one].column = column
            column += 1
    for one in reversed(order):
        if below := children[one]:
            boxes[one].column = sum(boxes[child].column for child in below) / len(below)


def _arrow(box: Box, target: Box, labels: list[str], *, is_back: bool, side: int) -> Arrow:
    label = " / ".join(filter(None, labels))
    if is_back:
        low = box.bottom + MARGIN // 2
        end = f"H{target.x + WIDTH + 4}"
        path = f"M{box.middle} {box.bottom} V{low} H{side} V{target.y + HEIGHT // 2} {end}"
        return Arrow(path, label, box.middle + 6, low - 2, is_back)
    turn = target.y - 26
    path = f"M{box.middle} {box.bottom} V{turn} H{target.middle} V{target.y - 4}"
    return Arrow(path, label, target.middle + 6, turn + 14, is_back)


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
