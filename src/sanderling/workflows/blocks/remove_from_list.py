"""Remove from list: take the contact out of a list."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanderling.accounts.actors import Actor
from sanderling.contacts import lists
from sanderling.lib.errors import NotFound
from sanderling.workflows.blocks.asking import Reference
from sanderling.workflows.blocks.block import NOT_FOUND, Block, Names
from sanderling.workflows.standing import Left, Outcome, Standing


@dataclass(frozen=True, kw_only=True)
class RemoveFromList(Block):
    """Who is not in the list passes by."""

    KIND = "remove_from_list"
    TITLE = gettext_lazy("Remove from list")
    SETTINGS = (Reference(name="list_id", label=gettext_lazy("List"), of="list"),)

    list_id: str

    def act(self, runs: Sequence[Standing]) -> list[Outcome]:
        """Remove all in one statement."""
        organisation_id = runs[0].organisation_id
        contact_ids = [run.contact_id for run in runs]
        by = Actor.system(organisation_id)
        try:
            lists.remove_members(organisation_id, int(self.list_id), contact_ids, by=by)
        except NotFound:
            return [NOT_FOUND for _run in runs]
        return [Left() for _run in runs]

    def describe(self, names: Names) -> str:
        """Name the list."""
        return _("Remove from the list %s") % names.of("list", self.list_id)
