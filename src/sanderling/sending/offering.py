"""Offering pushes on a domain of the website, and seeing that they can leave."""

from django.db import transaction

from sanderling.accounts.actors import Actor
from sanderling.messages.models import Channel
from sanderling.sending import choosing, connecting
from sanderling.sending.carriers.web_push import VAPID
from sanderling.websites import registering
from sanderling.websites.models import Domain
from sanderling.websites.registering import Worker


@transaction.atomic
def switch(
    organisation_id: int, domain_id: int, *, on: bool, worker: Worker | None = None, by: Actor
) -> Domain:
    """Offer pushes on a domain, or no more; with the first one their gateway is connected."""
    domain = registering.switch_pushes(organisation_id, domain_id, on=on, worker=worker, by=by)
    if on and not choosing.gateways_of(organisation_id, Channel.WEB_PUSH):
        connecting.save(organisation_id, channel=Channel.WEB_PUSH, kind=VAPID, by=by)
    return domain
