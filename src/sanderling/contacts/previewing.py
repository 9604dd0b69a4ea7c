"""The first hundred rows of a file as they would be imported, with what is wrong beside them."""

import itertools
from dataclasses import dataclass

from sanderling.contacts import fields, reading
from sanderling.contacts.models import Import
from sanderling.contacts.planning import Plan, Refused

ROWS = 100


@dataclass(frozen=True)
class Cell:
    """A cell; ``problem`` says why it cannot be used."""

    text: str
    problem: str = ""


@dataclass(frozen=True)
class Row:
    """A row; ``refusal`` says why it would not be imported as a whole."""

    line: int
    cells: list[Cell]
    refusal: str = ""


@dataclass(frozen=True)
class Preview:
    """The columns (title, target) and the first rows."""

    columns: list[tuple[str, str]]
    rows: list[Row]

    @property
    def refused(self) -> int:
        """Return how many of these rows would be refused."""
        return sum(bool(row.refusal) for row in self.rows)


def preview(run: Import) -> Preview:
    """Return the beginning of an upload under its present mapping."""
    assert run.file is not None
    options = run.options
    table = reading.rows_of(run.file, encoding=options["encoding"], delimiter=options["delimiter"])
    skip = bool(options.get("skip_first"))
    found = list(itertools.islice(table, ROWS + skip))
    titles = found[0][1] if found and skip else []
    plan = Plan(run.mapping, run.unique_by, fields.catalogue(run.organisation_id))
    width = max((len(cells) for _, cells in found), default=0)
    return Preview(
        columns=[
            (titles[n] if n < len(titles) else "", run.mapping.get(str(n), ""))
            for n in range(width)
        ],
        rows=[_row(plan, line, cells, width) for line, cells in found[skip:]],
    )


def _row(plan: Plan, line: int, cells: list[str], width: int) -> Row:
    try:
        plan.staged(line, cells)
        refusal = ""
    except Refused as reason:
        refusal = str(reason)
    shown = []
    for number in range(width):
        text = cells[number] if number < len(cells) else ""
        target = plan.mapping.get(str(number), "")
        shown.append(Cell(text[:200], plan.problem(target, text) if target else ""))
    return Row(line, shown, refusal)
