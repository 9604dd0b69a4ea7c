"""In segment: ask whether the contact is in a segment at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import sql

from sanderling.lib.errors import NotFound
from sanderling.postgres.statements import Statements, fetch
from sanderling.segments.freezing import people_sql
from sanderling.workflows.blocks.asking import Reference
from sanderling.workflows.blocks.block import NOT_FOUND, Block, Names
from sanderling.workflows.blocks.condition import YES_OR_NO
from sanderling.workflows.standing import Left, Outcome, Standing

STATEMENTS = Statements("sanderling.workflows")


@dataclass(frozen=True, kw_only=True)
class InSegment(Block):
    """One statement for all runs that stand here."""

    KIND = "in_segment"
    TITLE = gettext_lazy("In segment?")
    EXITS = YES_OR_NO
    SETTINGS = (Reference(name="segment", label=gettext_lazy("Segment"), of="segment"),)

    segment: str

    def act(self, runs: Sequence[Standing]) -> list[Outcome]:
        """Evaluate the segment for the contacts of these runs."""
        try:
            inside = self._members(runs[0].organisation_id, [run.contact_id for run in runs])
        except NotFound:
            return [NOT_FOUND for _run in runs]
        return [Left("yes" if run.contact_id in inside else "no") for run in runs]

    def describe(self, names: Names) -> str:
        """Name the segment."""
        return _("In the segment %s?") % names.of("segment", self.segment)

    @transaction.atomic
    def _members(self, organisation_id: int, contact_ids: list[int]) -> set[int]:
        people = people_sql(organisation_id, include=[int(self.segment)])
        template = sql.SQL(cast("Any", STATEMENTS["find_members"]))
        query = template.format(people=sql.SQL(cast("Any", people.sql)))
        return {row[0] for row in fetch(query, people.params | {"these_contacts": contact_ids})}
