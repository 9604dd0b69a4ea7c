"""What all kinds of blocks have in common."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.utils.translation import gettext_lazy as _

from sanderling.workflows.blocks.asking import Setting, Words
from sanderling.workflows.standing import Failed, Left, Outcome, Standing

Problems = dict[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Names:
    """How the organisation calls what blocks refer to; for sentences and choices."""

    message: Mapping[str, str]  # e-mails; of other channels by their own names
    sms: Mapping[str, str]
    viber: Mapping[str, str]
    mobile_push: Mapping[str, str]
    list: Mapping[str, str]
    segment: Mapping[str, str]
    field: Mapping[str, str]

    def of(self, kind: str, number: str) -> str:
        """Return a name in quotes; a number that leads nowhere stays one."""
        known: Mapping[str, str] = getattr(self, kind)
        return f"“{known[number]}”" if number in known else number


@dataclass(frozen=True, kw_only=True)
class Block:
    """A box of a workflow; its attributes are its settings, read and typed.

    A subclass is one kind: a dataclass with an attribute for each of ``SETTINGS``.
    """

    KIND: ClassVar[str]
    TITLE: ClassVar[Words]
    EXITS: ClassVar[Mapping[str, Words]] = {"next": _("then")}
    SETTINGS: ClassVar[Sequence[Setting]] = ()
    WAITS: ClassVar[bool] = False  # a circle through it does not turn in an instant
    REACHES_OUT: ClassVar[bool] = False  # acts on the world, so outside of the transaction

    id: str
    name: str
    exits: Mapping[str, str]

    def due(self, run: Standing, now: dt.datetime) -> dt.datetime:
        """Return when a run that arrives now is to be dealt with."""
        return now

    def act(self, runs: Sequence[Standing]) -> list[Outcome]:
        """Do it for many runs at once; return what became of each, in their order."""
        return [Left() for _run in runs]

    def check(self) -> Problems:
        """Return what is wrong between settings that are right one by one."""
        return {}

    def missing(self, names: Names) -> Problems:
        """Return what the block refers to and the organisation does not have."""
        found: Problems = {}
        for setting in self.SETTINGS:
            kind = getattr(setting, "of", "")
            number = str(getattr(self, setting.name))
            if not kind or not number or number.startswith("$"):
                continue
            if number not in getattr(names, kind):
                found[setting.name] = [str(GONE[kind])]
        return found

    def describe(self, names: Names) -> str:
        """Return in words what it does."""
        return str(self.TITLE)

    @classmethod
    def of(cls, block_id: str, raw: Mapping[str, Any]) -> tuple[Self | None, Problems]:
        """Return a block of stored JSON or of a form; or None and all that is wrong."""
        values: dict[str, Any] = {}
        problems: Problems = {}
        for setting in cls.SETTINGS:
            try:
                values[setting.name] = setting.read(raw.get(setting.name))
            except ValueError as refusal:
                problems[setting.name] = [str(refusal)]
        if problems:
            return None, problems
        name = raw.get("name")
        exits = {key: str(raw.get(key) or "") for key in cls.EXITS}
        made = cls(
            id=block_id, name=name.strip()[:100] if isinstance(name, str) else "", exits=exits,
            **values,
        )  # fmt: skip
        problems = made.check()
        return (None, problems) if problems else (made, {})


GONE: dict[str, Any] = {
    "message": _("There is no such message."),
    "sms": _("There is no such message."),
    "viber": _("There is no such message."),
    "mobile_push": _("There is no such message."),
    "list": _("There is no such list."),
    "segment": _("There is no such segment."),
    "field": _("There is no such field."),
}
NOT_FOUND = Failed("What this block refers to does not exist any more.")
