"""The kinds of blocks, one file each; adding one is copying its neighbour and naming it here."""

from sanderling.workflows.blocks.add_to_list import AddToList
from sanderling.workflows.blocks.block import Block
from sanderling.workflows.blocks.condition import Condition
from sanderling.workflows.blocks.email import Email
from sanderling.workflows.blocks.end import End
from sanderling.workflows.blocks.in_segment import InSegment
from sanderling.workflows.blocks.mobile_push import MobilePush
from sanderling.workflows.blocks.raise_event import RaiseEvent
from sanderling.workflows.blocks.remove_from_list import RemoveFromList
from sanderling.workflows.blocks.sms import Sms
from sanderling.workflows.blocks.split import Split
from sanderling.workflows.blocks.start import Start
from sanderling.workflows.blocks.timer import Timer
from sanderling.workflows.blocks.update_field import UpdateField
from sanderling.workflows.blocks.viber import Viber
from sanderling.workflows.blocks.webhook import Webhook

KINDS: dict[str, type[Block]] = {
    kind.KIND: kind
    for kind in (
        Start,
        End,
        Email,
        Sms,
        Viber,
        MobilePush,
        Timer,
        Condition,
        Split,
        InSegment,
        AddToList,
        RemoveFromList,
        UpdateField,
        RaiseEvent,
        Webhook,
    )
}
# What an author may add; a start is always there.
ADDABLE = {name: kind for name, kind in KINDS.items() if kind is not Start}
