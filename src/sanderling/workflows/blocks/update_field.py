"""Update field: write a value into a field of the contact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanderling.accounts.actors import Actor
from sanderling.contacts.adding import update
from sanderling.contacts.people import TEXT_COLUMNS, Person
from sanderling.lib.errors import SanderlingError
from sanderling.workflows.blocks.asking import Setting
from sanderling.workflows.blocks.block import GONE, Block, Names, Problems
from sanderling.workflows.standing import Failed, Left, Outcome, Standing
from sanderling.workflows.variables import fill

WRITABLE = TEXT_COLUMNS


class Target(Setting):
    """A column of contacts (``first_name``), or the number of an additional field."""

    CONTROL = "target"


@dataclass(frozen=True, kw_only=True)
class UpdateField(Block):
    """An empty value clears the field; a value that the field does not take fails the run."""

    KIND = "update_field"
    TITLE = gettext_lazy("Update field")
    SETTINGS = (
        Target(name="target", label=gettext_lazy("Field"), is_required=True),
        Setting(
            name="value",
            label=gettext_lazy("Value"),
            hint=gettext_lazy("May hold variables such as ${total}."),
            longest=5000,
        ),
    )

    target: str
    value: str

    def missing(self, names: Names) -> Problems:
        """The field must be there."""
        if self.target in WRITABLE or self.target in names.field:
            return {}
        return {"target": [str(GONE["field"])]}

    def act(self, runs: Sequence[Standing]) -> list[Outcome]:
        """Write them one by one: each value may be another, and each may be refused."""
        return [self._write(run) for run in runs]

    def describe(self, names: Names) -> str:
        """Say which field and which value."""
        target = self.target if self.target in WRITABLE else names.of("field", self.target)
        return _("Set %(field)s to “%(value)s”") % {"field": target, "value": self.value}

    def _write(self, run: Standing) -> Outcome:
        value = fill(self.value, run)
        person = Person()
        if self.target in WRITABLE:
            person = replace(person, **{self.target: value})  # type: ignore[arg-type]
        elif self.target.isdigit():
            person = replace(person, fields={int(self.target): value})
        by = Actor.system(run.organisation_id)
        try:
            with transaction.atomic():
                update(run.organisation_id, run.contact_id, person, by=by)
        except SanderlingError as refusal:
            return Failed(refusal.message)
        return Left(note=value[:100])
