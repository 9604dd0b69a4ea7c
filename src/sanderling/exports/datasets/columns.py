"""What a dataset is made of; the nine files beside this one are tables of these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Manner(StrEnum):
    """How rows meet those that are there already."""

    UPSERT = "UPSERT"  # by their key
    REPLACE = "REPLACE"  # all rows of a parent at once: lines have no identity of their own
    APPEND = "APPEND"  # facts without a key, each written once


@dataclass(frozen=True)
class Column:
    """A column as the customer sees it.

    ``type`` is PostgreSQL's, with the product document's lengths.  What the document calls int is
    bigint here: our numbers may pass 2^31.  ``twin`` names the column that replaces a deprecated
    one; both are written with the same value.
    """

    name: str
    type: str
    meaning: str
    twin: str = ""


@dataclass(frozen=True)
class Dataset:
    """One table of the export.

    ``sql/read_<file>.sql`` gives the rows of one window; its columns are those without a twin.
    ``follows`` are our tables whose ``changed`` says that a row must leave (again).
    ``forgets`` maps a statement that finds what must go to the columns it is found by.
    ``parent`` is what a REPLACE is by, and ``parents`` the statement that finds the changed ones.
    ``day`` is the timestamp by whose days both sides are compared.  ``momentary`` columns are told
    as they were when the row left, and so are not compared.
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

    @property
    def types(self) -> dict[str, str]:
        """Return the types by column."""
        return {column.name: column.type for column in self.columns}


BIGINT = "bigint"
NUMERIC = "numeric"
TEXT = "text"
TIMESTAMP = "timestamp"


def varchar(length: int) -> str:
    """Return the type of a text of at most so many characters."""
    return f"varchar({length})"


ERASED = {"find_erased_contacts": ("contactId",)}
ERASURES = "contacts_erasure"
