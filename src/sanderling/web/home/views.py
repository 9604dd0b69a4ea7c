"""The home page."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from sanderling.accounts.rights import Permission
from sanderling.contacts import listing
from sanderling.exports import saving as exports
from sanderling.reports import overview, standing
from sanderling.web.guarding import allowed
from sanderling.web.home import attention, steps
from sanderling.web.membership import PersonRequest
from sanderling.web.reports import plotting


@allowed()
def home(request: PersonRequest) -> HttpResponseBase:
    """Show what wants attention, what is going on, the last weeks, and what to do next."""
    organisation, may = request.organisation, request.actor.permissions
    things = standing.of(organisation)
    things["export"] = bool(exports.exports_of(organisation.pk))
    shown = {
        "steps": steps.left(things, may),
        "done": steps.share_done(things),
        "is_new": not things["campaign"],
        "contacts": listing.count(organisation.pk) if Permission.READ_CONTACTS in may else None,
    }
    if Permission.READ_REPORTS in may:
        days = overview.last_days(organisation, now=timezone.now())
        shown |= {
            "matters": attention.matters(organisation),
            "running": attention.running(organisation.pk),
            "days": days,
            "delivered": sum(day.delivered for day in days),
            "opened": sum(day.opened for day in days),
            "clicked": sum(day.clicked for day in days),
            "plot": plotting.days(days),
        }
    return render(request, "home/home.html", shown)
