"""Start: every run begins here, exactly one in a workflow."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from sanderling.workflows.blocks.block import Block


@dataclass(frozen=True, kw_only=True)
class Start(Block):
    """Where runs begin; what begins them is set on the workflow itself."""

    KIND = "start"
    TITLE = _("Start")
