"""Act six: who has a birthday today is greeted, with the promo code of the shop's own table."""

from sanderling.messages import writing
from sanderling.messages.models import Message
from sanderling.sending.models import Delivery, DeliveryStatus, OriginKind
from sanderling.site.demonstration.segmenting import BIRTHDAY
from sanderling.site.demonstration.stage import Stage
from sanderling.site.waiting import until
from sanderling.workflows import saving
from sanderling.workflows.models import Run, StartKind, Workflow, WorkflowStatus

NAME = "Birthday greeting"
HTML = """\
<html><body>
<h1>Happy birthday!</h1>
<!--#foreach($code in $!data.get('{source}'))-->
<p>A present for you: <b>$!code.get('promo_code')</b> takes $!code.get('discount')&nbsp;% off.</p>
<!--#end-->
<p><a href="https://shop.example/birthday">Choose something nice</a></p>
<p><a href="$unsubscribeUrl">Unsubscribe</a></p>
</body></html>
"""
ON_THE_WAY = (DeliveryStatus.WAITING, DeliveryStatus.HANDING)


def greet(stage: Stage) -> int:
    """Activate the workflow the first time, wait for its mails, and return how many went."""
    found = Workflow.objects.filter(organisation_id=stage.number, name=NAME).first()
    workflow = found or _create(stage)
    if workflow.status != WorkflowStatus.ACTIVE:
        saving.activate(stage.number, workflow.pk, by=stage.by)
    people = stage.segments[BIRTHDAY].size or 0
    until(lambda: _standing_at_timer(workflow) >= people, "everybody to be greeted")
    until(lambda: not _deliveries(workflow, *ON_THE_WAY), "the greetings to be sent")
    return _deliveries(workflow, DeliveryStatus.SENT)


def _create(stage: Stage) -> Workflow:
    source = stage.sources["promo_codes"].pk
    settings = saving.Settings(
        name=NAME,
        start_kind=StartKind.REGULAR,
        segment_id=stage.segments[BIRTHDAY].pk,
        sources=[source],
    )
    blocks = {
        "start": {"kind": "start", "next": "greeting"},
        "greeting": {
            "kind": "email",
            "message": str(_message(stage, source).pk),
            "recipient": "${EmailAddress}",
            "json": "${jsonParam}",
            "next": "rest",
        },
        "rest": {"kind": "timer", "mode": "for", "amount": "1", "unit": "days", "next": "end"},
        "end": {"kind": "end"},
    }
    return saving.create(stage.number, settings, blocks=blocks, by=stage.by)


def _message(stage: Stage, source: int) -> Message:
    known = Message.objects.filter(organisation_id=stage.number, name=NAME).first()
    return known or writing.save(
        stage.number,
        name=NAME,
        subject="Happy birthday!",
        sender_name="Online Retail",
        sender_email="hello@shop.example",
        html=HTML.replace("{source}", str(source)),
        tags=["demo"],
        by=stage.by,
    )


def _standing_at_timer(workflow: Workflow) -> int:
    return Run.objects.filter(workflow=workflow, block="rest").count()


def _deliveries(workflow: Workflow, *statuses: str) -> int:
    ledger = Delivery.objects.filter(origin_kind=OriginKind.WORKFLOW, origin_id=workflow.pk)
    return ledger.filter(status__in=statuses).count()
