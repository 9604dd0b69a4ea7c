"""Act three: a campaign with each person's order history and promo code, into the capture."""

from sanderling.broadcasts import drafting, starting
from sanderling.broadcasts.models import Broadcast, BroadcastStatus
from sanderling.messages import writing
from sanderling.messages.models import Message
from sanderling.site.demonstration.segmenting import SPENT
from sanderling.site.demonstration.stage import Stage
from sanderling.site.waiting import until

NAME = "Thank you, with a code"
HTML = """\
<html><body>
<h1>Thank you for your orders</h1>
<p>You are one of our best customers#if($!{country}) in $!{country}#end.
Some of what you ordered:</p>
<table>
<tr><th>Order</th><th>Items</th><th>Total</th></tr>
<!--#foreach($order in $!data.get('orders'))-->
<!--#if($foreach.count <= 5)-->
<tr><td>$!order.get('id')</td><td>$!order.get('items')</td><td>£$!order.get('total')</td></tr>
<!--#end-->
<!--#end-->
</table>
<p>Your own code: <b>$!data.get('promo_codes').get(0).get('promo_code')</b>
takes $!data.get('promo_codes').get(0).get('discount')&nbsp;% off.</p>
<p><a href="https://shop.example/sale">Use it now</a> or
<a href="https://shop.example/orders">see your orders</a>.</p>
<p><a href="$unsubscribeUrl">Unsubscribe</a> · <a href="$viewUrl">Open in a browser</a></p>
</body></html>
"""


def send(stage: Stage) -> Broadcast:
    """Start the campaign the first time, and wait until it is done."""
    broadcast = Broadcast.objects.filter(organisation_id=stage.number, name=NAME).first()
    if broadcast is None:
        broadcast = drafting.create(
            stage.number,
            message_id=_message(stage).pk,
            include=[stage.segments[SPENT].pk],
            name=NAME,
            by=stage.by,
        )
    if broadcast.status == BroadcastStatus.DRAFT:
        starting.start(broadcast, by=stage.by)
    until(lambda: _is_done(broadcast), "the campaign to be sent")
    return broadcast


def _message(stage: Stage) -> Message:
    known = Message.objects.filter(organisation_id=stage.number, name=NAME).first()
    return known or writing.save(
        stage.number,
        name=NAME,
        subject="Your orders, and $!data.get('promo_codes').get(0).get('discount') % off",
        preheader="A code of your own",
        sender_name="Online Retail",
        sender_email="hello@shop.example",
        html=HTML,
        tags=["demo"],
        utm_campaign="thank-you",
        by=stage.by,
    )


def _is_done(broadcast: Broadcast) -> bool:
    broadcast.refresh_from_db()
    return broadcast.status == BroadcastStatus.IDLE
