"""A row of a file, made into a row for the staging table, cell by cell and fast.

The mapping is resolved once per file, so a row costs one pass over its mapped cells.  An
unusable address refuses the row; any other unusable value is left out and counted.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sanderling.contacts import cleaning, values
from sanderling.contacts.mapping import CONTACT_ID, field_id_of, match_of
from sanderling.contacts.models import Field
from sanderling.contacts.people import Match

ADDRESSES = ("email", "phone", "external_id")
Reader = Callable[[str], str | None]
TO_JSON = msgspec.json.Encoder().encode
NO_KEY = {
    Match.EMAIL: "No e-mail, which is the unique field here.",
    Match.PHONE: "No phone, which is the unique field here.",
    Match.EMAIL_OR_PHONE: "Neither an e-mail nor a phone.",
    Match.EXTERNAL_ID: "No external ID, which is the unique field here.",
    Match.ID: "No contact ID, which is the unique field here.",
    Match.FIELD: "No value in the unique field.",
}


class Refused(Exception):
    """The row cannot be imported; the message says why."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is done with one column of the file."""

    number: int
    target: str
    place: int  # in the staged row, or -1 for an additional field
    field_key: str
    read: Reader
    is_address: bool


@dataclass
class Plan:
    """How the rows of one file are read."""

    mapping: Mapping[str, str]
    unique_by: str
    fields: Mapping[int, Field]
    import_empty: bool = False
    warnings: Counter[str] = field(default_factory=Counter)
    columns: tuple[str, ...] = field(init=False)
    cells: list[Cell] = field(init=False)

    def __post_init__(self) -> None:
        self.match, self.field_id = match_of(self.unique_by)
        targets = {t: int(n) for n, t in self.mapping.items() if t}
        plain = [target for target in targets if not field_id_of(target)]
        self.columns = ("line", *plain, "email_key", "field_key", "fields")
        self.cells = [self._cell(number, target) for target, number in targets.items()]
        self._email = self._place("email")
        self._phone = self._place("phone")
        self._external = self._place("external_id")
        self._id = self._place(CONTACT_ID)

    def staged(self, line: int, row: Sequence[str]) -> list[Any]:
        """Return the row for the columns of this plan; raises Refused."""
        staged: list[Any] = [None] * len(self.columns)
        staged[0] = line
        own: dict[str, str | None] = {}
        width = len(row)
        for cell in self.cells:
            value = row[cell.number].strip() if cell.number < width else ""
            if not value:
                if self.import_empty:
                    self._put(staged, own, cell, "")
                continue
            if "\x00" in value:
                value = value.replace("\x00", "")
            kept = cell.read(value)
            if kept is None:
                self._complain(cell, value)
            else:
                self._put(staged, own, cell, kept)
        self._identify(staged, own)
        if own:
            staged[-1] = TO_JSON(own).decode()
        return staged

    def problem(self, target: str, value: str) -> str:
        """Return what is wrong with a value of a column, or nothing."""
        value = value.strip()
        found = next((cell for cell in self.cells if cell.target == target), None)
        if not value or found is None or found.read(value) is not None:
            return ""
        return self._complaint(found)

    def _cell(self, number: int, target: str) -> Cell:
        field_id = field_id_of(target)
        return Cell(
            number=number,
            target=target,
            place=-1 if field_id else self.columns.index(target),
            field_key=str(field_id),
            read=_reader(target, self.fields.get(field_id)),
            is_address=target in ADDRESSES or target == CONTACT_ID,
        )

    def _place(self, column: str) -> int:
        return self.columns.index(column) if column in self.columns else 0

    def _put(self, staged: list[Any], own: dict[str, str | None], cell: Cell, value: str) -> None:
        if cell.place < 0:
            own[cell.field_key] = value or None
        else:
            staged[cell.place] = value

    def _complain(self, cell: Cell, value: str) -> None:
        if cell.is_address or cell.field_key == str(self.field_id):
            raise Refused(f"{self._complaint(cell)} ({value[:80]})")
        self.warnings[cell.target] += 1

    def _complaint(self, cell: Cell) -> str:
        if field := self.fields.get(int(cell.field_key)):
            return values.what_is_expected(field)
        if cell.target == CONTACT_ID:
            return "A contact ID is a number."
        return cleaning.complaint(cell.target)

    def _identify(self, staged: list[Any], own: Mapping[str, str | None]) -> None:
        """Fill the columns that people are found by; raises Refused when there is nothing."""
        email = staged[self._email] if self._email else None
        phone = staged[self._phone] if self._phone else None
        external = staged[self._external] if self._external else None
        if email:
            staged[-3] = email.lower()
        elif email == "":
            staged[-3] = ""
        if self._external and not external:
            staged[self._external] = None  # an external ID is never cleared
        if not self._is_named(email, phone, external, staged, own):
            raise Refused(NO_KEY[self.match])

    def _is_named(
        self,
        email: str | None,
        phone: str | None,
        external: str | None,
        staged: list[Any],
        own: Mapping[str, str | None],
    ) -> bool:
        if self.match == Match.ID:
            return bool(self._id and staged[self._id])
        if self.match == Match.FIELD:
            staged[-2] = own.get(str(self.field_id))
            return bool(staged[-2] and (email or phone or external))
        if external:
            return True
        if self.match == Match.EMAIL:
            return bool(email)
        if self.match == Match.PHONE:
            return bool(phone)
        return self.match == Match.EMAIL_OR_PHONE and bool(email or phone)


def _reader(target: str, own: Field | None) -> Reader:
    if own is not None:
        return lambda value: values.canonical(own, value)
    if target == CONTACT_ID:
        return lambda value: value if re.fullmatch("[0-9]{1,18}", value) else None
    if reader := cleaning.READERS.get(target):
        return reader
    longest = cleaning.LONGEST[target]
    return lambda value: value if len(value) <= longest else None
