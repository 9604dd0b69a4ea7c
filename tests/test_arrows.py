"""The arrows hold in SQL too: a room writes only its own tables and reads only downwards."""

import re
import tomllib
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LAYERS = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
DEPTH = {room.strip(): depth for depth, layer in enumerate(LAYERS) for room in layer.split("|")}
FILES = sorted((ROOT / "src/sanderling").glob("*/sql/**/*.sql"))
WRITERS = (exp.Insert, exp.Update, exp.Delete, exp.Merge)


def statements_of(path: Path) -> list[exp.Expression]:
    """Return the statements of a file, with what sqlglot cannot read made plain."""
    text = re.sub(r"%\((\w+)\)s", r":p_\1", path.read_text()).replace("%%", "%")
    text = re.sub(r"\{\w+\}", "SELECT 1", text)  # a statement is put in here
    text = text.replace("USING ~<~", "")  # PostgreSQL's order by bytes
    return [statement for statement in sqlglot.parse(text, read="postgres") if statement]


def tables(statement: exp.Expression) -> tuple[set[str], set[str]]:
    """Return the tables a statement writes and the tables it reads."""
    named = {cte.alias for cte in statement.find_all(exp.CTE)}
    written = {target.this.find(exp.Table).name for target in statement.find_all(*WRITERS)}
    read = {table.name for table in statement.find_all(exp.Table)}
    return written - named, read - written - named


def owner_of(table: str) -> str | None:
    """Return the room of a table; temporary ones and the catalogue belong to nobody."""
    room = table.split("_")[0]
    return room if room in DEPTH else None


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_a_room_writes_its_own_tables_and_reads_downwards(path):
    room = path.parts[path.parts.index("sanderling") + 1]
    for statement in statements_of(path):
        written, read = tables(statement)
        for table in filter(owner_of, written):
            assert owner_of(table) == room, f"{path.name} writes {table}"
        for table in filter(owner_of, read):
            owner = owner_of(table)
            assert owner == room or DEPTH[owner] > DEPTH[room], f"{path.name} reads {table}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_an_update_of_an_exported_table_marks_the_row_as_changed(path, tracked):
    for statement in statements_of(path):
        for update in statement.find_all(exp.Update):
            table = update.this.find(exp.Table)
            if table is not None and table.name in tracked:
                assert "changed" in assigned(update), f"{path.name} updates {table.name}"
        for conflict in statement.find_all(exp.OnConflict):
            insert = conflict.find_ancestor(exp.Insert)
            into = insert.this.find(exp.Table).name if insert else ""
            if into in tracked and conflict.expressions:
                assert "changed" in assigned(conflict), f"{path.name} upserts {into}"


def assigned(node: exp.Expression) -> set[str]:
    return {
        column.name
        for assignment in node.expressions
        for column in ([assignment.this] if isinstance(assignment, exp.EQ) else [])
    }


@pytest.fixture(scope="session")
def tracked() -> set[str]:
    """Return the tables whose changes are exported."""
    from django.apps import apps

    from sanderling.postgres.fields import Tracked

    return {model._meta.db_table for model in apps.get_models() if issubclass(model, Tracked)}
