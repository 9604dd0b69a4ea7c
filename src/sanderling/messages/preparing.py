"""Merge tags (``%FIRSTNAME%``, ``%PERSONAL.BIRTHDAY%``) become references before compiling.

Only names that mean something are touched: ``width:100%`` and ``%D0%9F`` stay what they are.
``Prepared.column`` leads an error's column back to what the author wrote; lines never change.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sanderling.messages.names import MERGE_TAG, reference_for


class Edit(NamedTuple):
    """A replaced tag: where its reference ends, and by how much the author's text is longer."""

    line: int
    column: int
    difference: int


class Prepared(NamedTuple):
    """A template ready to be compiled."""

    text: str
    edits: tuple[Edit, ...] = ()

    def column(self, line: int, column: int) -> int:
        """Return the column of the author's text for a column of this text (both from 1)."""
        passed = [edit for edit in self.edits if edit.line == line and edit.column <= column]
        return max(1, column + sum(edit.difference for edit in passed))


def prepare(source: str, *, fields: Mapping[str, int]) -> Prepared:
    """Replace the merge tags of a template."""
    out: list[str] = []
    edits: list[Edit] = []
    done, line, column = 0, 1, 1
    for tag in MERGE_TAG.finditer(source):
        reference = reference_for(tag[1], fields)
        if reference is None:
            continue
        passed = source[done : tag.start()] + reference
        line, column = _moved(line, column, passed)
        out.append(passed)
        edits.append(Edit(line, column, len(tag[0]) - len(reference)))
        done = tag.end()
    out.append(source[done:])
    return Prepared("".join(out), tuple(edits))


def _moved(line: int, column: int, passed: str) -> tuple[int, int]:
    breaks = passed.count("\n")
    if breaks:
        return line + breaks, len(passed) - passed.rfind("\n")
    return line, column + len(passed)
