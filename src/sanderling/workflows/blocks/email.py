"""Email: queue a message for the run's contact.

The delivery is claimed by run and block, so a step that is repeated after a crash queues nothing
twice; what the message shows as ``data`` is the JSON of this block, most often ``${jsonParam}``.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanderling.messages.freezing import freeze
from sanderling.messages.models import Message
from sanderling.sending.models import OriginKind
from sanderling.sending.queueing import NewDelivery, Origin, Queued, enqueue_many, step_of
from sanderling.workflows.blocks.asking import Clock, LongText, Reference, Setting
from sanderling.workflows.blocks.block import NOT_FOUND, Block, Names, Problems
from sanderling.workflows.standing import Failed, Left, Outcome, Standing
from sanderling.workflows.variables import as_text, fill, filled_object


@dataclass(frozen=True, kw_only=True)
class Email(Block):
    """Sends an e-mail; a contact who must not be written to passes by, and the run says why."""

    KIND = "email"
    TITLE = gettext_lazy("Email")
    SETTINGS = (
        Reference(
            name="message",
            label=gettext_lazy("Message"),
            hint=gettext_lazy("Or a variable with the message's number, such as ${messageId}."),
            of="message",
            may_be_variable=True,
        ),
        Setting(
            name="recipient",
            label=gettext_lazy("Recipient"),
            default="${EmailAddress}",
            hint=gettext_lazy(
                "A variable with an address, or the name of the parameter that holds the "
                "contact's ID. Without an address the contact's own is used."
            ),
        ),
        LongText(
            name="json",
            label=gettext_lazy("JSON"),
            hint=gettext_lazy("What the message reads as data: ${jsonParam}, or an object."),
        ),
        Clock(name="earliest", label=gettext_lazy("Send only from")),
        Clock(
            name="latest",
            label=gettext_lazy("until"),
            hint=gettext_lazy("In the contact's time zone, else the organisation's."),
        ),
    )

    message: str
    recipient: str
    json: str
    earliest: dt.time | None
    latest: dt.time | None

    def check(self) -> Problems:
        """Hours are two times."""
        if (self.earliest is None) != (self.latest is None):
            return {"latest": [_("Give both times, or none.")]}
        if self.earliest is not None and self.earliest == self.latest:
            return {"latest": [_("These hours are empty.")]}
        return {}

    def due(self, run: Standing, now: dt.datetime) -> dt.datetime:
        """Wait for the allowed hours."""
        if self.earliest is None or self.latest is None:
            return now
        local = now.astimezone(run.zone)
        if _is_between(local.time(), self.earliest, self.latest):
            return now
        day = local.date() + dt.timedelta(days=int(local.time() >= self.earliest))
        return dt.datetime.combine(day, self.earliest, tzinfo=run.zone).astimezone(dt.UTC)

    def act(self, runs: Sequence[Standing]) -> list[Outcome]:
        """Queue the messages, one statement for all that have the same content."""
        outcomes: dict[int, Outcome] = {}
        wishes: dict[str, list[tuple[Standing, NewDelivery]]] = defaultdict(list)
        for run in runs:
            try:
                wish = self._wish(run)
            except ValueError as trouble:
                outcomes[run.id] = Failed(str(trouble))
                continue
            wishes[fill(self.message, run).strip()].append((run, wish))
        for number, chosen in wishes.items():
            outcomes |= _queue(number, chosen)
        return [outcomes[run.id] for run in runs]

    def describe(self, names: Names) -> str:
        """Name the message, and the hours."""
        words = _("Send the email %s") % names.of("message", self.message)
        if self.earliest and self.latest:
            hours = f"{self.earliest:%H:%M}-{self.latest:%H:%M}"
            return _("%(what)s, only at %(hours)s") % {"what": words, "hours": hours}
        return words

    def _wish(self, run: Standing) -> NewDelivery:
        contact_id, address = self._recipient(run)
        return NewDelivery(
            contact_id=contact_id,
            step=_step(run),
            params=self._data(run),
            address=address,
            event_id=run.event_id,
        )

    def _recipient(self, run: Standing) -> tuple[int, str]:
        """Return whom to write to, and the address when it is not the contact's own."""
        if self.recipient in run.params:  # the name of the parameter that holds the contact's ID
            number = as_text(run.params[self.recipient]).strip()
            if not (number.isascii() and number.isdigit() and len(number) < 19):
                raise ValueError(_("The parameter %s holds no contact's ID.") % self.recipient)
            return int(number), ""
        address = fill(self.recipient, run).strip()
        if not address or address.lower() == run.contact["email"].lower():
            return run.contact_id, ""
        if "@" not in address or len(address) > 254:
            raise ValueError(_("“%s” is no e-mail address.") % address[:100])
        return run.contact_id, address

    def _data(self, run: Standing) -> Mapping[str, Any] | None:
        if not self.json:
            return None
        return filled_object(self.json, run)


def _queue(number: str, chosen: Sequence[tuple[Standing, NewDelivery]]) -> dict[int, Outcome]:
    run = chosen[0][0]
    message = None
    if number.isascii() and number.isdigit() and len(number) < 19:
        ours = Message.objects.filter(organisation_id=run.organisation_id, channel="Email")
        message = ours.filter(pk=int(number)).first()
    if message is None:
        return {run.id: NOT_FOUND for run, _wish in chosen}
    origin = Origin(OriginKind.WORKFLOW, run.workflow_id)
    queued = enqueue_many(freeze(message), [wish for _run, wish in chosen], origin=origin)
    return {run.id: Left(note=_note(one)) for (run, _wish), one in zip(chosen, queued, strict=True)}


def _note(queued: Queued) -> str:
    if queued.status == "EXCLUDED":
        return f"not sent: {queued.reason}"
    return f"delivery {queued.delivery_id}"


def _step(run: Standing) -> str:
    """Return the step of the ledger; a circle that comes back to the block sends anew."""
    visit = f"#{run.visits + 1}" if run.visits else ""
    return step_of(run.id, f"{run.block}{visit}")


def _is_between(time: dt.time, earliest: dt.time, latest: dt.time) -> bool:
    if earliest < latest:
        return earliest <= time < latest
    return time >= earliest or time < latest
