"""The tables we write: made as declared, and taken as they are once they are the customer's.

A customer may add columns, drop ours, change their types, drop the key, put views on top: each
run reads the catalogue anew and writes what both sides know.  Changes of ours only ever add.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources

from psycopg import errors, sql

from sanderling.connectors.drivers.chunks import Place
from sanderling.connectors.drivers.postgres.opening import Connection
from sanderling.lib.errors import Invalid

# What PostgreSQL calls the types that we declare.
SPELT = {"timestamp": "timestamp without time zone"}


@dataclass(frozen=True)
class Target:
    """A table as declared: ``types`` by column, in their order.

    ``key``: upsert by it.  ``parent``: replace all rows of a parent at once.  Neither: append.
    """

    table: str
    types: Mapping[str, str]
    key: tuple[str, ...] = ()
    parent: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(self.types)

    @property
    def is_append(self) -> bool:
        """Whether rows are only ever added."""
        return not self.key and not self.parent


@dataclass
class Table:
    """A table as it is; ``names`` are the columns that both sides know.

    ``limits``: how long a text may be; ``has_key``: whether ON CONFLICT can be used.
    """

    names: tuple[str, ...]
    types: dict[str, str]
    limits: dict[str, int]
    has_key: bool
    is_new: bool = False
    is_adopted: bool = False
    gained: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)

    def has_our_types(self, target: Target) -> bool:
        """Whether COPY data in binary form fits."""
        return all(_family(self.types[n]) == _family(target.types[n]) for n in self.names)


def exists(connection: Connection, schema: str, table: str) -> bool:
    """Return whether there is anything of this name."""
    row = connection.execute(
        "SELECT to_regclass(format('%%I.%%I', %s::text, %s::text)) IS NOT NULL", [schema, table]
    ).fetchone()
    return bool(row and row[0])


def prepared(
    connection: Connection, schema: str, target: Target, place: Place | None, *, keyless: bool
) -> Table:
    """Return the table, made or given the columns it lacks.

    ``keyless`` leaves the key of a new table for after the load: an index is built in a third
    of the time that its growing row by row takes.
    """
    if not exists(connection, schema, target.table):
        connection.execute(_creation(schema, target))
        if not keyless:
            add_keys(connection, schema, target)
        table = described(connection, schema, target)
        table.is_new = True
        return table
    table = described(connection, schema, target)
    table.is_adopted = place.is_adopted if place else True
    if table.is_adopted and place is None:
        table.notes.append(f'The table "{target.table}" was there already; its rows are kept.')
    known = frozenset(place.columns) if place else frozenset()
    missing = [name for name in target.names if name not in table.types]
    gained = [n for n in missing if n not in known and _added(connection, schema, target, n, table)]
    if gained:
        notes, adopted = table.notes, table.is_adopted
        table = described(connection, schema, target)
        table.notes, table.is_adopted, table.gained = notes, adopted, tuple(gained)
    for name in missing:
        if name in known:
            table.notes.append(f'The column "{name}" was dropped and is left out.')
    _check_keys(target, table)
    return table


def described(connection: Connection, schema: str, target: Target) -> Table:
    """Return the table as it is now."""
    text = resources.files(__package__).joinpath("sql", "describe_target.sql").read_text("utf-8")
    rows = connection.execute(text, {"schema": schema, "table": target.table}).fetchall()
    if rows and rows[0][3] not in {"r", "p"}:
        raise Invalid(
            f'"{schema}"."{target.table}" is not a table (a view?). Rename it, '
            "or choose another schema."
        )
    types = {name: type_ for name, type_, *_ in rows}
    unique = {frozenset(names) for names in (rows[0][4] if rows else [])}
    return Table(
        names=tuple(name for name in target.names if name in types),
        types=types,
        limits={name: limit for name, _type, limit, *_ in rows if limit is not None},
        has_key=frozenset(target.key) in unique,
    )


def add_keys(connection: Connection, schema: str, target: Target) -> None:
    """Give a new table its key, and the index that replacing by parent needs."""
    table = sql.Identifier(schema, target.table)
    if target.key:
        connection.execute(
            sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(table, names_of(target.key))
        )
    if target.parent and target.key[:1] != (target.parent,):
        connection.execute(
            sql.SQL("CREATE INDEX ON {} ({})").format(table, sql.Identifier(target.parent))
        )


def names_of(names: Iterable[str], prefix: str = "") -> sql.Composed:
    """Return quoted names, each behind a table's alias where one is given."""
    parts = [sql.Identifier(prefix, name) if prefix else sql.Identifier(name) for name in names]
    return sql.SQL(", ").join(parts)


def _creation(schema: str, target: Target) -> sql.Composed:
    """Return the statement; a key that is NOT NULL spares its index a look at all rows."""
    columns = [
        sql.SQL("{} {}{}").format(
            sql.Identifier(name),
            sql.SQL(type_),
            sql.SQL(" NOT NULL" if name in target.key else ""),
        )
        for name, type_ in target.types.items()
    ]
    return sql.SQL("CREATE TABLE {} ({})").format(
        sql.Identifier(schema, target.table), sql.SQL(", ").join(columns)
    )


def _added(connection: Connection, schema: str, target: Target, name: str, table: Table) -> bool:
    """Add a column; not being the owner, or a reader in the way, leaves it out for now."""
    statement = sql.SQL("ALTER TABLE {} ADD COLUMN {} {}").format(
        sql.Identifier(schema, target.table),
        sql.Identifier(name),
        sql.SQL(target.types[name]),
    )
    try:
        with connection.transaction():
            connection.execute(statement)
    except (errors.InsufficientPrivilege, errors.LockNotAvailable):
        words = statement.as_string(connection)
        table.notes.append(f'The column "{name}" could not be added and is left out: {words};')
        return False
    table.notes.append(f'The column "{name}" was added.')
    return True


def _check_keys(target: Target, table: Table) -> None:
    needed = {*target.key, *filter(None, [target.parent])}
    if missing := sorted(needed - set(table.names)):
        raise Invalid(
            f'The column "{missing[0]}" of "{target.table}" is needed to find its rows. '
            "Add it again, or drop the table: it is made anew."
        )
    if target.key and not table.has_key and not table.is_new:
        table.notes.append(
            f'"{target.table}" has no unique key on {", ".join(target.key)} any more; '
            "rows are deleted and written instead, which is slower."
        )


def _family(type_: str) -> str:
    """Return the type without its length."""
    bare = type_.split("(")[0].strip()
    bare = SPELT.get(bare, bare)
    return "text" if bare in {"varchar", "character varying", "text"} else bare
