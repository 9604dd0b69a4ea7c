"""What all blocks that send have in common: queue a message for the run's contact.

The delivery is claimed by run and block, so a step that is repeated after a crash queues nothing
twice; what the message shows as ``data`` is the JSON of this block, most often ``${jsonParam}``.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanderling.messages.freezing import freeze
from sanderling.messages.models import Channel, Message
from sanderling.sending import choosing
from sanderling.sending.models import OriginKind
from sanderling.sending.queueing import NewDelivery, Origin, Queued, enqueue_many, step_of
from sanderling.workflows.blocks.asking import Clock, LongText, Reference, Setting, Words
from sanderling.workflows.blocks.block import NOT_FOUND, Block, Names, Problems
from sanderling.workflows.standing import Failed, Left, Outcome, Standing
from sanderling.workflows.variables import as_text, fill, filled_object


def asked(*, of: str, recipient: str, hint: Words) -> tuple[Setting, ...]:
    """Return the settings of a block that sends: ``of`` names the messages to choose from."""
    return (
        Reference(
            name="message",
            label=gettext_lazy("Message"),
            hint=gettext_lazy("Or a variable with the message's number, such as ${messageId}."),
            of=of,
            may_be_variable=True,
        ),
        Setting(name="recipient", label=gettext_lazy("Recipient"), default=recipient, hint=hint),
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


@dataclass(frozen=True, kw_only=True)
class Sends(Block):
    """Sends a message; a contact who must not be written to passes by, and the run says why.

    A subclass says by which channel, and how an address that is not the contact's own is read.
    """

    CHANNEL: ClassVar[Channel]
    WORDS: ClassVar[Words]  # with %s for the message

    message: str
    recipient: str
    json: str
    earliest: dt.time | None
    latest: dt.time | None

    def own_address(self, run: Standing) -> str:
        """Return the contact's address in this channel."""
        raise NotImplementedError

    def read_address(self, text: str) -> str:
        """Return an address as the ledger spells it; raise ValueError in words."""
        raise NotImplementedError

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
            outcomes |= self._queue(number, chosen)
        return [outcomes[run.id] for run in runs]

    def describe(self, names: Names) -> str:
        """Name the message, and the hours."""
        words = str(self.WORDS) % names.of(getattr(self.SETTINGS[0], "of", ""), self.message)
        if self.earliest and self.latest:
            hours = f"{self.earliest:%H:%M}-{self.latest:%H:%M}"
            return _("%(what)s, only at %(hours)s") % {"what": words, "hours": hours}
        return words

    def unsendable(self, organisation_id: int) -> str:
        """Return why the chosen message cannot leave; empty where it can, or is not known yet."""
        message = self._message(organisation_id, self.message)
        if message is None:
            return ""
        return choosing.problem_of(organisation_id, self.CHANNEL, message.sender_name)

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
        if not address or address.lower() == self.own_address(run).lower():
            return run.contact_id, ""
        return run.contact_id, self.read_address(address)

    def _data(self, run: Standing) -> Mapping[str, Any] | None:
        if not self.json:
            return None
        return filled_object(self.json, run)

    def _queue(
        self, number: str, chosen: Sequence[tuple[Standing, NewDelivery]]
    ) -> dict[int, Outcome]:
        run = chosen[0][0]
        message = self._message(run.organisation_id, number)
        if message is None:
            return {run.id: NOT_FOUND for run, _wish in chosen}
        if problem := choosing.problem_of(run.organisation_id, self.CHANNEL, message.sender_name):
            return {run.id: Failed(problem) for run, _wish in chosen}
        origin = Origin(OriginKind.WORKFLOW, run.workflow_id)
        queued = enqueue_many(freeze(message), [wish for _run, wish in chosen], origin=origin)
        return {
            run.id: Left(note=_note(one)) for (run, _wish), one in zip(chosen, queued, strict=True)
        }

    def _message(self, organisation_id: int, number: str) -> Message | None:
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        ours = Message.objects.filter(organisation_id=organisation_id, channel=self.CHANNEL)
        return ours.filter(pk=int(number)).first()


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
