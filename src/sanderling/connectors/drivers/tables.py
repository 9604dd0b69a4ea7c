"""What all kinds of databases have: tables, columns, and rows that belong to a contact."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from sanderling.lib.errors import SanderlingError

RowDict = dict[str, Any]
NOT_DIGITS = re.compile(r"[^0-9]")


class Kind(StrEnum):
    """What can be asked of a column, whatever its type is called."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"
    LIST = "list"
    JSON = "json"
    OTHER = "other"


class KeyKind(StrEnum):
    """How a key column is compared with a contact's field."""

    EMAIL = "EMAIL"  # lower case, trimmed
    PHONE = "PHONE"  # digits only
    EXTERNAL_ID = "EXTERNAL_ID"  # exactly
    FIELD = "FIELD"  # exactly, as text

    def normal_form(self, key: str) -> str:
        """Return a key as both sides compare it; empty where it is none."""
        if self is KeyKind.EMAIL:
            return key.strip().lower()
        return NOT_DIGITS.sub("", key) if self is KeyKind.PHONE else key


@dataclass(frozen=True)
class Table:
    """A table, view, materialised view or foreign table."""

    schema: str
    name: str
    kind: str = "table"
    estimated_rows: int | None = None


@dataclass(frozen=True)
class Column:
    """A column; ``type`` as the database writes it, ``kind`` as we understand it."""

    name: str
    type: str
    kind: Kind
    is_key: bool = False
    is_indexed: bool = False


@dataclass(frozen=True)
class Preview:
    """The first rows of a table, as a message would see them."""

    columns: list[Column]
    rows: list[RowDict]


@dataclass(frozen=True)
class Fetched:
    """Rows by the keys that were asked for; a key without rows is absent.

    ``cut`` holds the keys that have more rows than were allowed.
    """

    rows: dict[str, list[RowDict]]
    cut: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def under_given_keys(
        cls, found: Mapping[str, list[RowDict]], given: Mapping[str, Sequence[str]], most: int
    ) -> Self:
        """Return rows found by normal forms under the keys that were given for each form."""
        rows: dict[str, list[RowDict]] = {}
        cut: set[str] = set()
        for form, list_of_rows in found.items():
            if len(list_of_rows) > most:
                cut.update(given[form])
            rows.update(dict.fromkeys(given[form], list_of_rows[:most]))
        return cls(rows, frozenset(cut))


@dataclass(frozen=True)
class Reading:
    """What a question costs where bytes are paid for."""

    bytes: int


@dataclass(frozen=True)
class Validation:
    """Whether a connection works; ``cause`` is a word of ``Cause`` when it does not."""

    ok: bool
    message: str
    cause: str = ""
    is_tls: bool = False
    server_version: str = ""


class TooManyRows(SanderlingError):
    """More rows match than may be read at once."""

    status = 422
    code = "too_many_rows"
