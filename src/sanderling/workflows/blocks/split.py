"""Split: send a share of the people one way and the rest the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanderling.workflows.blocks.asking import Number
from sanderling.workflows.blocks.block import Block, Names
from sanderling.workflows.standing import Left, Outcome, Standing


@dataclass(frozen=True, kw_only=True)
class Split(Block):
    """One contact goes the same way each time: who repeats a test sees no other variant."""

    KIND = "split"
    TITLE = gettext_lazy("Split")
    EXITS = {"a": gettext_lazy("variant A"), "b": gettext_lazy("variant B")}
    SETTINGS = (
        Number(
            name="share",
            label=gettext_lazy("Share of A, per cent"),
            default="50",
            least=0,
            most=100,
        ),
    )

    share: int

    def act(self, runs: Sequence[Standing]) -> list[Outcome]:
        """Choose by a hash of workflow, block and contact."""
        return [Left("a" if self._point(run) < self.share else "b") for run in runs]

    def describe(self, names: Names) -> str:
        """Say the shares."""
        return _("Split: %(a)d %% and %(b)d %%") % {"a": self.share, "b": 100 - self.share}

    def _point(self, run: Standing) -> float:
        """Return where the contact lies between 0 and 100."""
        who = f"{run.workflow_id}/{run.block}/{run.contact_id}".encode()
        return int.from_bytes(blake2b(who, digest_size=6).digest()) * 100 / 2**48
