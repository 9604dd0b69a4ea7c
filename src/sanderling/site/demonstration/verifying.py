"""The last act: every figure of the report, asked of the shop's database by SQL.

What is expected comes from what was *done* (so many clicked) or from the shop's own tables; what is
found comes from the tables that the data export wrote.  Neither side reads the other.
"""

from dataclasses import dataclass
from typing import LiteralString

import psycopg
from rich.console import Console
from rich.table import Table

from sanderling.site.demonstration.stage import Stage


@dataclass(frozen=True)
class Figure:
    """One figure: what it is, what it must be, and the query that finds it at the shop.

    Without a query it was found by the product's own comparison of both sides.
    """

    what: str
    expected: object
    query: LiteralString = ""


@dataclass(frozen=True)
class Checked:
    """A figure and what was found."""

    figure: Figure
    found: object

    @property
    def is_right(self) -> bool:
        """Return whether the shop's database agrees."""
        return self.figure.expected == self.found


def asked(stage: Stage, query: LiteralString) -> object:
    """Return the single value of a query in the shop's database."""
    with psycopg.connect(stage.shop.dsn) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def check(stage: Stage, figures: list[Figure]) -> list[Checked]:
    """Ask the shop's database for every figure."""
    return [Checked(figure, asked(stage, figure.query)) for figure in figures]


def show(checked: list[Checked], out: Console) -> bool:
    """Print the report; return whether every figure is right."""
    asked = [one for one in checked if one.figure.query]
    compared = [one for one in checked if not one.figure.query]
    out.print(_table("expected", "found by SQL in the shop's database", asked))
    if compared:
        out.print(_table("here", "there, as both sides were compared", compared))
    wrong = [one for one in checked if not one.is_right]
    if wrong:
        out.print(f"[bold red]{len(wrong)} of {len(checked)} figures are off.[/]")
    else:
        out.print(f"[bold green]All {len(checked)} figures are right.[/]")
    return not wrong


def _table(expected: str, found: str, checked: list[Checked]) -> Table:
    table = Table("", "figure", expected, found, highlight=False)
    for one in checked:
        mark = "[green]✓[/]" if one.is_right else "[bold red]✗[/]"
        table.add_row(mark, one.figure.what, str(one.figure.expected), str(one.found))
    return table
