"""What the builder's templates show of a draft: names of fields, choices, problems."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from sanderling.segments.catalogue import (
    ACTIVITIES,
    AGGREGATES,
    CHANNELS,
    ORDER_STATUSES,
    Catalogue,
)
from sanderling.segments.describing import PERIODS as PERIOD_WORDS
from sanderling.segments.kinds import (
    COUNTED_PERIODS,
    OPERATORS,
    PERIODS,
    RETURNS,
    UNITS,
    Kind,
    Shape,
)
from sanderling.web.segments.documents import kind_of
from sanderling.web.segments.drafts import Draft
from sanderling.web.segments.wording import OPERATOR_WORDS, UNIT_WORDS

Choice = tuple[str, Any, bool]  # value, words, whether it is chosen


@dataclass
class Box:
    """One box of the builder, ready to be drawn."""

    place: str  # "0-1", or "" for the root
    name: str  # the beginning of its fields' names
    draft: Draft
    problems: list[str] = field(default_factory=list)
    parts: list["Box"] = field(default_factory=list)
    about: list[tuple[str, list[Choice]]] = field(default_factory=list)
    operators: list[Choice] = field(default_factory=list)
    shape: str = ""
    choices: list[Choice] = field(default_factory=list)
    periods: list[Choice] = field(default_factory=list)
    units: list[Choice] = field(default_factory=list)
    channels: list[Choice] = field(default_factory=list)
    statuses: list[Choice] = field(default_factory=list)
    has_days: bool = False
    is_counted: bool = False

    @property
    def values(self) -> dict[str, str]:
        """Return what the box's fields hold."""
        return self.draft.values

    @property
    def is_source(self) -> bool:
        """Whether the box asks a data source."""
        return self.draft.about.startswith("source:")


class Drawer:
    """Draws a draft with the choices that an organisation has."""

    def __init__(self, catalogue: Catalogue, problems: Mapping[str, list[str]]) -> None:
        self.catalogue = catalogue
        self.problems = problems

    def root(self, draft: Draft) -> Box:
        """Return the whole editor."""
        return self._box(draft, place=(), path="")

    def _box(self, draft: Draft, *, place: tuple[int, ...], path: str, source: str = "") -> Box:
        written = "-".join(map(str, place))
        box = Box(written, f"c-{written}" if written else "c", draft)
        box.problems = self._problems(path, is_group=draft.is_group)
        if not draft.is_group:
            self._furnish(box, source)
        inner = draft.about.partition(":")[2] if box.is_source else source
        box.parts = [
            self._box(part, place=(*place, n), path=below, source=inner)
            for n, (part, below) in enumerate(_with_paths(draft, path))
        ]
        return box

    def _problems(self, path: str, *, is_group: bool) -> list[str]:
        """Return what is wrong in this box; a group's parts tell their own."""
        found = []
        for where, sentences in self.problems.items():
            inside = where == path or where.startswith((f"{path}.", f"{path}[") if path else "")
            if inside and "[" not in where[len(path) :]:
                found += sentences
        return found if not is_group or found else []

    def _furnish(self, box: Box, source: str) -> None:
        box.about = self._columns(box, source) if source else self._about(box)
        member = box.draft.about.partition(":")[0]
        if not member or box.is_source:
            return
        chosen = box.values.get("operator", "")
        known = self._operators(box, source)
        if chosen not in known:
            chosen = box.values["operator"] = next(iter(known), "")
        box.operators = _choices(((word, OPERATOR_WORDS[word]) for word in known), chosen)
        box.shape = known.get(chosen, "")
        self._furnish_value(box, member)

    def _furnish_value(self, box: Box, member: str) -> None:
        values, kind = box.values, kind_of(box.draft, self.catalogue)
        box.has_days = member in ("orders", "event") or box.shape == "within"
        box.choices = self._value_choices(box, member)
        if member == "activity":
            channels: list[tuple[str, Any]] = [
                ("", _("any channel")),
                *((name, name) for name in CHANNELS),
            ]
            box.channels = _choices(channels, values.get("channel", ""))
        if member == "orders":
            statuses = [("", _("not cancelled")), *((name, name) for name in ORDER_STATUSES)]
            box.statuses = _choices(statuses, values.get("status", ""))
        if box.shape in (Shape.PERIOD, Shape.RETURN):
            names = PERIODS if box.shape == Shape.PERIOD else RETURNS[:9]
            counted = COUNTED_PERIODS if box.shape == Shape.PERIOD else RETURN_COUNTED
            chosen = values.setdefault("period", "today")
            words = ((name, _words_of(name)) for name in (*names, *counted))
            box.periods = _choices(words, chosen)
            box.is_counted = "{n}" in chosen
        if box.shape == Shape.AGO:
            units = UNITS if kind is Kind.MOMENT else UNITS[1:]
            box.units = _choices(
                ((unit, UNIT_WORDS[unit]) for unit in units), values.get("unit", "days")
            )

    def _operators(self, box: Box, source: str) -> dict[str, str]:
        member = box.draft.about.partition(":")[0]
        if member in ("list", "segment"):
            return {"in": Shape.TEXT, "not_in": Shape.TEXT}
        if member == "event":
            return {"occurred": Shape.NOTHING, "not_occurred": Shape.NOTHING}
        kind = kind_of(box.draft, self.catalogue, source)
        within = {"within": "within", "not_within": "within"} if member == "activity" else {}
        return {**within, **{word: shape.value for word, shape in OPERATORS[kind].items()}}

    def _value_choices(self, box: Box, member: str) -> list[Choice]:
        """Return what can be chosen where only a few values exist."""
        known: Iterable[tuple[str, Any]] = ()
        name = box.draft.about.partition(":")[2]
        if member == "list":
            known = ((str(key), words) for key, words in self.catalogue.lists.items())
        elif member == "segment":
            known = ((str(key), entry.name) for key, entry in self.catalogue.segments.items())
        elif member == "field" and name in self.catalogue.fields and box.shape == Shape.TEXT:
            known = ((value, value) for value in self.catalogue.fields[name].choices)
        elif box.shape == Shape.FLAG:
            known = (("true", _("yes")), ("false", _("no")))
        return _choices(known, box.values.get("value", ""))

    def _about(self, box: Box) -> list[tuple[str, list[Choice]]]:
        chosen = box.draft.about
        groups = (
            (_("Contact fields"), self._fields(additional=False)),
            (_("Additional fields"), self._fields(additional=True)),
            (_("Lists and segments"), [("list", _("List")), ("segment", _("Segment"))]),
            (_("Activity"), [(f"activity:{key}", words) for key, words in ACTIVITIES.items()]),
            (_("Orders"), [(f"orders:{key}", one.label) for key, one in AGGREGATES.items()]),
            (_("Events"), [(f"event:{key}", key) for key in self.catalogue.event_types]),
            (
                _("External data sources"),
                [(f"source:{key}", one.name) for key, one in self.catalogue.sources.items()],
            ),
        )
        return [(title, _choices(known, chosen)) for title, known in groups if known]

    def _fields(self, *, additional: bool) -> list[tuple[str, Any]]:
        return [
            (f"field:{name}", one.label)
            for name, one in self.catalogue.fields.items()
            if name.startswith("field:") is additional
        ]

    def _columns(self, box: Box, source: str) -> list[tuple[str, list[Choice]]]:
        entry = self.catalogue.sources.get(int(source)) if source.isdigit() else None
        known = [(f"column:{name}", name) for name in entry.columns] if entry else []
        return [(_("Columns"), _choices(known, box.draft.about))]


RETURN_COUNTED = ("in_{n}_days", "{n}_days_ago", "next_{n}_days", "last_{n}_days")


def _with_paths(draft: Draft, path: str) -> list[tuple[Draft, str]]:
    """Return the parts with the paths that their problems bear; empty boxes have none."""
    if not draft.is_group:
        match = draft.values.get("match", "all")
        path, kind = f"{path}.where", match
    else:
        kind = draft.about
    start = f"{path}.{kind}" if path else kind
    found, number = [], 0
    for part in draft.parts:
        found.append((part, f"{start}[{number}]" if part.about else "-"))
        number += bool(part.about)
    return found


def _choices(known: Iterable[tuple[str, Any]], chosen: str) -> list[Choice]:
    return [(value, words, value == chosen) for value, words in known]


def _words_of(name: str) -> str:
    words = str(PERIOD_WORDS[name])
    return words % {"n": 0} if "%(n)d" not in words else words.replace("%(n)d", "N")
