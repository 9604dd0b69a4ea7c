"""List campaigns; look at one while it goes."""

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render

from sanderling.accounts.rights import Permission
from sanderling.broadcasts import checking, drafting
from sanderling.broadcasts.models import Broadcast, BroadcastStatus
from sanderling.broadcasts.starting import origin_of
from sanderling.sending import counting, doubting, gateways
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.paging import before_of

PAGE = 50
MOVING = (BroadcastStatus.RUNNING, BroadcastStatus.SCHEDULED)
NOT_STARTED = (BroadcastStatus.DRAFT,)


@allowed(Permission.READ_REPORTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """List campaigns, newest first."""
    rows = drafting.broadcasts_of(
        request.organisation.pk, before_id=before_of(request), limit=PAGE + 1
    )
    shown = {
        "campaigns": rows[:PAGE],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "may_send": Permission.SEND in request.actor.permissions,
    }
    return render(request, "campaigns/list.html", shown)


@allowed(Permission.READ_REPORTS)
def show(request: PersonRequest, campaign_id: int) -> HttpResponseBase:
    """Show a campaign: what stands in its way, or how far it is."""
    campaign = drafting.get(request.organisation.pk, campaign_id)
    groups = drafting.group_names(request.organisation.pk, [*campaign.include, *campaign.exclude])
    shown = progress_shown(campaign) | {
        "included": [groups.get(group, str(group)) for group in campaign.include],
        "excluded": [groups.get(group, str(group)) for group in campaign.exclude],
        "may_send": Permission.SEND in request.actor.permissions,
        "may_approve": campaign.created_by_id != request.actor.user_id,
        "zone": request.organisation.time_zone,
        "problems": checking.problems_of(campaign) if campaign.status in NOT_STARTED else [],
    }
    return render(request, "campaigns/show.html", shown)


@allowed(Permission.READ_REPORTS)
def progress(request: PersonRequest, campaign_id: int) -> HttpResponseBase:
    """Return the part of the page that changes while the campaign goes."""
    campaign = drafting.get(request.organisation.pk, campaign_id)
    shown = progress_shown(campaign) | {"may_send": Permission.SEND in request.actor.permissions}
    answer = render(request, "campaigns/_progress.html", shown)
    if not shown["is_moving"] and "HX-Request" in request.headers:
        answer["HX-Refresh"] = "true"  # what can be done now is other than before
    return answer


@allowed(Permission.READ_REPORTS)
def dry_run(request: PersonRequest, campaign_id: int) -> HttpResponseBase:
    """Render the message for the first people and say what would be strange."""
    campaign = drafting.get(request.organisation.pk, campaign_id)
    shown = {"campaign": campaign, "warnings": checking.warnings_of(campaign)}
    return render(request, "campaigns/_dry_run.html", shown)


def progress_shown(campaign: Broadcast) -> dict[str, Any]:
    """Return what the progress partial shows."""
    here, origin = campaign.organisation_id, origin_of(campaign)
    progress = counting.progress_of(here, origin)
    return {
        "campaign": campaign,
        "progress": progress,
        "sent": progress.by_status["SENT"],
        "refused": progress.by_status["REFUSED"] + progress.by_status["FAILED"],
        "excluded_people": progress.by_status["EXCLUDED"],
        "unsure": progress.by_status["UNSURE"],
        "doubtful": doubting.in_doubt(here, origin, limit=20)
        if progress.by_status["UNSURE"]
        else [],
        "held": gateways.gateway_of(here).note or counting.notes_of(here, origin),
        "is_moving": campaign.status in MOVING,
    }
