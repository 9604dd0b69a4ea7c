"""End: a run that comes here is finished."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from sanderling.workflows.blocks.block import Block


@dataclass(frozen=True, kw_only=True)
class End(Block):
    """Where every branch ends."""

    KIND = "end"
    TITLE = _("End")
    EXITS = {}
