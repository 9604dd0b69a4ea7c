"""Raise event: tell an event about the contact; other workflows may start by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanderling.accounts.actors import Actor
from sanderling.events.recording import NewEvent, record
from sanderling.events.types import check_key
from sanderling.lib.errors import Invalid
from sanderling.workflows.blocks.asking import LongText, Setting
from sanderling.workflows.blocks.block import Block, Names, Problems
from sanderling.workflows.standing import Failed, Left, Outcome, Standing
from sanderling.workflows.variables import fill, filled_object


@dataclass(frozen=True, kw_only=True)
class RaiseEvent(Block):
    """The event's parameters are the JSON of this block, else those of the run."""

    KIND = "raise_event"
    TITLE = gettext_lazy("Raise event")
    SETTINGS = (
        Setting(name="event_type", label=gettext_lazy("Event type"), is_required=True, longest=100),
        Setting(
            name="key",
            label=gettext_lazy("Key"),
            hint=gettext_lazy("May hold variables; empty: the key of this run's event."),
        ),
        LongText(name="json", label=gettext_lazy("Parameters (JSON)")),
    )

    event_type: str
    key: str
    json: str

    def check(self) -> Problems:
        """The type must be one that events may have."""
        try:
            check_key(self.event_type)
        except Invalid as refusal:
            return {"event_type": [refusal.message]}
        return {}

    def act(self, runs: Sequence[Standing]) -> list[Outcome]:
        """Record the events of all runs together; a bad one spoils only its own."""
        outcomes: dict[int, Outcome] = {}
        events: list[tuple[Standing, NewEvent]] = []
        for run in runs:
            try:
                events.append((run, self._event(run)))
            except ValueError as trouble:
                outcomes[run.id] = Failed(str(trouble))
        try:
            _record(events)
        except Invalid:
            return [self._alone(run, outcomes) for run in runs]
        return [outcomes.get(run.id, Left()) for run in runs]

    def describe(self, names: Names) -> str:
        """Name the type."""
        return _("Raise the event %s") % self.event_type

    def _event(self, run: Standing) -> NewEvent:
        return NewEvent(
            self.event_type,
            (fill(self.key, run).strip() or run.event_key)[:300],
            self._params(run),
            contact_id=run.contact_id,
        )

    def _params(self, run: Standing) -> dict[str, Any]:
        if not self.json:
            return dict(run.params)
        return filled_object(self.json, run)

    def _alone(self, run: Standing, outcomes: dict[int, Outcome]) -> Outcome:
        if run.id in outcomes:
            return outcomes[run.id]
        try:
            _record([(run, self._event(run))])
        except Invalid as refusal:
            return Failed(refusal.message)
        return Left()


def _record(events: Sequence[tuple[Standing, NewEvent]]) -> None:
    if not events:
        return
    organisation_id = events[0][0].organisation_id
    with transaction.atomic():
        record(organisation_id, [event for _run, event in events], by=Actor.system(organisation_id))
