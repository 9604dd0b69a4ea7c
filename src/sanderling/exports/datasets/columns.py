"""What a dataset is made of; the nine files beside this one are tables of these.

A column is told once, with what each kind of destination calls it.  PostgreSQL's document and
BigQuery's differ in types, in the spelling of two names, and in columns that only one has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Manner(StrEnum):
    """How rows meet those that are there already."""

    UPSERT = "UPSERT"  # by their key
    REPLACE = "REPLACE"  # all rows of a parent at once: lines have no identity of their own
    APPEND = "APPEND"  # facts without a key, each written once


class Dialect(StrEnum):
    """What a destination speaks: which names and types, and in which form rows come."""

    POSTGRESQL = "postgresql"
    BIGQUERY = "bigquery"

    @property
    def form(self) -> str:
        """Return the form of COPY in which our rows leave."""
        return FORMS[self]

    @property
    def product(self) -> str:
        """Return its name as people write it."""
        return TITLES[self]


FORMS = {Dialect.POSTGRESQL: "binary", Dialect.BIGQUERY: "text"}
TITLES = {Dialect.POSTGRESQL: "PostgreSQL", Dialect.BIGQUERY: "BigQuery"}
# By our type: BigQuery's, and the type of ours in which the value leaves for it.
BIGQUERY_TYPES = {
    "bigint": ("INT64", "bigint"),
    "numeric": ("FLOAT64", "double precision"),
    "text": ("STRING", "text"),
    "timestamp": ("TIMESTAMP", "timestamp"),
    "json": ("JSON", "text"),
}

# BigQuery takes no row of more than 50 MB out of a Parquet file; five such texts make 40 MB.
LONGEST = 2_000_000


@dataclass(frozen=True)
class Other:
    """Where BigQuery's document differs: in the name, or in the type (one of ours)."""

    name: str = ""
    type: str = ""


@dataclass(frozen=True)
class Column:
    """A column as the customer sees it.

    ``type`` is PostgreSQL's, with the product document's lengths.  What the document calls int is
    bigint here: our numbers may pass 2^31.  ``twin`` names the column that replaces a deprecated
    one; both are written with the same value.  ``only`` says which document alone has it.
    ``is_endless``: nothing on our side limits the text, and some destinations limit a row.
    """

    name: str
    type: str
    meaning: str
    twin: str = ""
    bigquery: Other = Other()
    only: Dialect | None = None
    is_endless: bool = False


@dataclass(frozen=True)
class Spelling:
    """A column as one kind of destination has it.

    ``source`` is the column of our statement, ``wire`` the type of ours in which it leaves, cut
    to ``limit`` characters where there is one.
    """

    name: str
    type: str
    source: str
    wire: str
    meaning: str
    twin: str = ""
    limit: int | None = None


@dataclass(frozen=True)
class Dataset:
    """One table of the export.

    ``sql/read_<file>.sql`` gives the rows of one window; its columns are those without a twin.
    ``follows`` are our tables whose ``changed`` says that a row must leave (again).
    ``forgets`` maps a statement that finds what must go to the columns it is found by.
    ``parent`` is what a REPLACE is by, and ``parents`` the statement that finds the changed ones.
    ``day`` is the timestamp by whose days both sides are compared.  ``momentary`` columns are told
    as they were when the row left, and so are not compared.
    ``partition`` is the timestamp by whose months a destination may divide the table; only where
    it ``is_fixed`` does a row keep it for life, so that a merge may look at its month alone.
    ``clustering`` orders the rows of a partition.
    Keys, days and partitions are spelt alike everywhere.
    """

    name: str
    file: str
    meaning: str
    columns: tuple[Column, ...]
    follows: tuple[str, ...]
    key: tuple[str, ...] = ()
    manner: Manner = Manner.UPSERT
    forgets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parent: str = ""
    parents: str = ""
    day: str = ""
    momentary: tuple[str, ...] = ()
    partition: str = ""
    is_fixed: bool = True
    clustering: tuple[str, ...] = ()

    def columns_in(self, dialect: Dialect) -> dict[str, Spelling]:
        """Return the columns of a kind of destination by the names they have there, in order."""
        spelt = (
            SPELLERS[dialect](column) for column in self.columns if column.only in {None, dialect}
        )
        return {spelling.name: spelling for spelling in spelt}

    def spellings(self) -> list[tuple[Column, dict[str, Spelling]]]:
        """Return each column with what every kind of destination that has it calls it."""
        return [
            (
                column,
                {
                    dialect.product: SPELLERS[dialect](column)
                    for dialect in Dialect
                    if column.only in {None, dialect}
                },
            )
            for column in self.columns
        ]

    def limits_in(self, dialect: Dialect) -> dict[str, int]:
        """Return to how many characters texts are cut before they leave, by column."""
        spelt = self.columns_in(dialect).items()
        return {name: one.limit for name, one in spelt if one.limit is not None}

    def types_in(self, dialect: Dialect) -> dict[str, str]:
        """Return the types by column."""
        return {name: spelling.type for name, spelling in self.columns_in(dialect).items()}

    def twins_in(self, dialect: Dialect) -> dict[str, str]:
        """Return the deprecated columns, with the names of those that have the very same values."""
        spelt = self.columns_in(dialect)
        plain = {spelling.source: spelling for spelling in spelt.values() if not spelling.twin}
        return {
            name: plain[spelling.twin].name
            for name, spelling in spelt.items()
            if spelling.twin and spelling.wire == plain[spelling.twin].wire
        }


def bare(type_: str) -> str:
    """Return the type without a length: what is too long must arrive to be measured."""
    return "text" if type_.startswith("varchar") else type_


def _in_postgresql(column: Column) -> Spelling:
    source, wire = column.twin or column.name, bare(column.type)
    return Spelling(column.name, column.type, source, wire, column.meaning, column.twin)


def _in_bigquery(column: Column) -> Spelling:
    theirs, wire = BIGQUERY_TYPES[bare(column.bigquery.type or column.type)]
    name, source = column.bigquery.name or column.name, column.twin or column.name
    limit = LONGEST if column.is_endless else None
    return Spelling(name, theirs, source, wire, column.meaning, column.twin, limit)


SPELLERS = {Dialect.POSTGRESQL: _in_postgresql, Dialect.BIGQUERY: _in_bigquery}

BIGINT = "bigint"
NUMERIC = "numeric"
TEXT = "text"
TIMESTAMP = "timestamp"


def varchar(length: int) -> str:
    """Return the type of a text of at most so many characters."""
    return f"varchar({length})"


ERASED = {"find_erased_contacts": ("contactId",)}
ERASURES = "contacts_erasure"
