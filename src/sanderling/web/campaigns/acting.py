"""What can be done to a campaign; each is a POST, then back to its page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.broadcasts import drafting, pausing, starting
from sanderling.broadcasts.checking import NotReady
from sanderling.broadcasts.models import Broadcast
from sanderling.broadcasts.starting import origin_of
from sanderling.lib.errors import NotFound, SanderlingError
from sanderling.sending import doubting
from sanderling.web import undoing
from sanderling.web.campaigns.making import TimeForm
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest

# What a draft is made of.
KEPT = ("message_id", "include", "exclude", "name", "batch_size", "batch_unit")


@require_POST
@allowed(Permission.SEND)
def start(request: PersonRequest, campaign_id: int) -> HttpResponseBase:
    """Start now."""

    def begin(campaign: Broadcast) -> str:
        starting.start(campaign, by=request.actor)
        return _said_of(campaign)

    return _done(request, campaign_id, begin)


@require_POST
@allowed(Permission.SEND)
def schedule(request: PersonRequest, campaign_id: int) -> HttpResponseBase:
    """Start at a time of the organisation's clock."""
    form = TimeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a date and a time."))
        return redirect("campaigns-show", campaign_id)

    def begin(campaign: Broadcast) -> str:
        starting.schedule(campaign, form.moment(request), by=request.actor)
        return _said_of(campaign)

    return _done(request, campaign_id, begin)


@require_POST
@allowed(Permission.SEND)
def unschedule(request: PersonRequest, campaign_id: int) -> HttpResponseBase:
    """Make it a draft again."""

    def back(campaign: Broadcast) -> str:
        starting.unschedule(campaign, by=request.actor)
        return _("The campaign is a draft again.")

    return _done(request, campaign_id, back)


@require_POST
@allowed(Permission.SEND)
def approve(request: PersonRequest, campaign_id: int) -> HttpResponseBase:
    """Let somebody else's campaign go."""

    def let_go(campaign: Broadcast) -> str:
        starting.approve(campaign, by=request.actor)
        return _said_of(campaign)

    return _done(request, campaign_id, let_go)


@require_POST
@allowed(Permission.SEND)
def block(request: PersonRequest, campaign_id: int) -> HttpResponseBase:
    """Refuse somebody else's campaign."""
    reason = request.POST.get("reason", "").replace("\0", "")[:1000]

    def refuse(campaign: Broadcast) -> str:
        starting.block(campaign, reason, by=request.actor)
        return _("The campaign is blocked.")

    return _done(request, campaign_id, refuse)


@require_POST
@allowed(Permission.SEND)
def pause(request: PersonRequest, campaign_id: int) -> HttpResponseBase:
    """Hold it."""

    def hold(campaign: Broadcast) -> str:
        pausing.pause(campaign, by=request.actor)
        return _("The campaign is paused.")

    return _done(request, campaign_id, hold)


@require_POST
@allowed(Permission.SEND)
def resume(request: PersonRequest, campaign_id: int) -> HttpResponseBase:
    """Let it go on."""

    def go_on(campaign: Broadcast) -> str:
        pausing.resume(campaign, by=request.actor)
        return _("The campaign goes on.")

    return _done(request, campaign_id, go_on)


@require_POST
@allowed(Permission.SEND)
def stop(request: PersonRequest, campaign_id: int) -> HttpResponseBase:
    """End it for good."""

    def end(campaign: Broadcast) -> str:
        left = pausing.stop(campaign, by=request.actor)
        return _("The campaign is stopped; %(count)s people do not get it.") % {"count": left}

    return _done(request, campaign_id, end)


@require_POST
@allowed(Permission.SEND)
def delete(request: PersonRequest, campaign_id: int) -> HttpResponseBase:
    """Delete a draft."""
    campaign = drafting.get(request.organisation.pk, campaign_id)
    kept = {name: getattr(campaign, name) for name in KEPT}
    try:
        drafting.delete(request.organisation.pk, campaign_id, by=request.actor)
    except NotFound:
        raise
    except SanderlingError as refusal:
        messages.error(request, refusal.message)
        return redirect("campaigns-show", campaign_id)
    undoing.offer(request, "campaign", _("The campaign is deleted."), kept)
    return redirect("campaigns-list")


def restored(request: PersonRequest, kept: dict[str, Any]) -> HttpResponseBase:
    """Make a deleted campaign anew: a draft, whatever it was."""
    made = drafting.create(request.organisation.pk, **kept, by=request.actor)
    return redirect("campaigns-show", made.pk)


@require_POST
@allowed(Permission.SEND)
def resend(request: PersonRequest, campaign_id: int) -> HttpResponseBase:
    """Send once more what is in doubt."""

    def again(campaign: Broadcast) -> str:
        count = pausing.resend_doubtful(campaign, by=request.actor)
        return _("%(count)s mails are sent once more.") % {"count": count}

    return _done(request, campaign_id, again)


@require_POST
@allowed(Permission.SEND)
def count(request: PersonRequest, campaign_id: int) -> HttpResponseBase:
    """Take for sent what is in doubt."""

    def settle(campaign: Broadcast) -> str:
        settled = doubting.count_as_sent(
            campaign.organisation_id, origin_of(campaign), by=request.actor
        )
        return _("%(count)s mails count as sent.") % {"count": settled}

    return _done(request, campaign_id, settle)


def _done(
    request: PersonRequest, campaign_id: int, act: Callable[[Broadcast], str]
) -> HttpResponseBase:
    """Act, and say on the campaign's page what came of it."""
    campaign = drafting.get(request.organisation.pk, campaign_id)
    try:
        messages.success(request, act(campaign))
    except NotReady as trouble:
        for problem in trouble.problems:
            messages.error(request, problem)
    except SanderlingError as trouble:
        messages.error(request, trouble.message)
    return redirect("campaigns-show", campaign_id)


def _said_of(campaign: Broadcast) -> str:
    if campaign.status == "UNCONFIRMED":
        return _("The campaign waits for another person's approval.")
    if campaign.status == "SCHEDULED":
        return _("The campaign is scheduled.")
    return _("The campaign has begun.")
