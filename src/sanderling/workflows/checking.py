"""What keeps a workflow from being activated: its blocks, and everything that they refer to."""

from django.utils.translation import gettext as _

from sanderling.contacts.models import ContactList, Field
from sanderling.messages.models import Channel, Message
from sanderling.segments.models import Segment
from sanderling.workflows.blocks.block import Names, Problems
from sanderling.workflows.blocks.raise_event import RaiseEvent
from sanderling.workflows.blocks.sending import Sends
from sanderling.workflows.models import StartKind, Workflow
from sanderling.workflows.parsing import BadBlocks, parse, read


def problems_of(workflow: Workflow) -> Problems:
    """Return all problems by place (``b2``, ``b2.message``; "" is the workflow itself)."""
    problems: Problems = {}
    try:
        parse(workflow.blocks)
    except BadBlocks as refusal:
        problems |= refusal.problems
    blocks, _unreadable = read(workflow.blocks)
    names = names_of(workflow.organisation_id)
    for block in blocks.values():
        for setting, sentences in block.missing(names).items():
            problems.setdefault(f"{block.id}.{setting}", []).extend(map(str, sentences))
        if isinstance(block, Sends) and (said := block.unsendable(workflow.organisation_id)):
            problems.setdefault(f"{block.id}.message", []).append(said)
        if isinstance(block, RaiseEvent) and block.event_type == workflow.event_type:
            sentence = _("This event would start this very workflow again, for ever.")
            problems.setdefault(f"{block.id}.event_type", []).append(sentence)
    if not any(block.KIND not in ("start", "end") for block in blocks.values()):
        problems.setdefault("", []).append(_("Add a block: this workflow does nothing yet."))
    if workflow.start_kind == StartKind.REGULAR and workflow.segment is None:
        problems.setdefault("", []).append(_("Choose a segment."))
    return problems


def names_of(organisation_id: int) -> Names:
    """Return what the organisation has that blocks can refer to."""
    ours = {"organisation_id": organisation_id}
    fields = Field.objects.filter(**ours).select_related("group").order_by("group_id", "pk")
    return Names(
        message=_messages(organisation_id, Channel.EMAIL),
        sms=_messages(organisation_id, Channel.SMS),
        viber=_messages(organisation_id, Channel.VIBER),
        mobile_push=_messages(organisation_id, Channel.MOBILE_PUSH),
        list={
            str(pk): name
            for pk, name in ContactList.objects.filter(**ours)
            .order_by("name")
            .values_list("pk", "name")
        },
        segment={
            str(pk): name
            for pk, name in Segment.objects.filter(**ours)
            .order_by("name")
            .values_list("pk", "name")
        },
        field={str(field.pk): f"{field.group.name}: {field.name}" for field in fields},
    )


def _messages(organisation_id: int, channel: str) -> dict[str, str]:
    ours = Message.objects.filter(organisation_id=organisation_id, channel=channel)
    rows = ours.order_by("name", "pk").values_list("pk", "name")
    return {str(pk): name for pk, name in rows}
