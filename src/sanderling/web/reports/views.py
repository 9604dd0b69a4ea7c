"""What came of it, in figures and plots; and why one person did or didn't get it."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from sanderling.accounts.rights import Permission
from sanderling.activities import reading
from sanderling.broadcasts import drafting
from sanderling.contacts import finding
from sanderling.messages.models import Channel
from sanderling.reports import campaigns, overview, reasons
from sanderling.sending.models import DeliveryStatus
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.readers import contact_named
from sanderling.web.reports import plotting


@allowed(Permission.READ_REPORTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """Show the last weeks, and the campaigns to go on with."""
    days = overview.last_days(request.organisation, now=timezone.now())
    shown = {
        "days": days,
        "totals": {
            "delivered": sum(day.delivered for day in days),
            "opened": sum(day.opened for day in days),
            "clicked": sum(day.clicked for day in days),
        },
        "plot": plotting.days(days),
        "channels": _channels(request),
        "broadcasts": drafting.broadcasts_of(request.organisation.pk, limit=20),
    }
    return render(request, "reports/index.html", shown)


def _channels(request: PersonRequest) -> list[tuple[str, overview.Channel]]:
    """Return each channel with its name."""
    names = dict(Channel.choices)
    found = overview.by_channel(request.organisation, now=timezone.now())
    return [(str(names.get(one.media_type, one.media_type)), one) for one in found]


@allowed(Permission.READ_REPORTS)
def campaign(request: PersonRequest, broadcast_id: int) -> HttpResponseBase:
    """Show one campaign's figures and plots."""
    broadcast = drafting.get(request.organisation.pk, broadcast_id)
    figures = campaigns.figures_of(broadcast)
    times = campaigns.by_time(broadcast, now=timezone.now())
    shown = {
        "broadcast": broadcast,
        "figures": figures,
        "funnel": plotting.steps(figures),
        "funnel_plot": plotting.funnel(figures),
        "times": times,
        "times_plot": plotting.times(times, request.organisation.zone),
        "links": reading.links_of_broadcast(request.organisation.pk, broadcast.pk),
        "left_out": _left_out(figures),
    }
    return render(request, "reports/campaign.html", shown)


def _left_out(figures: campaigns.Figures) -> list[tuple[str, str, str, int]]:
    """Return (status, its name, why, how many people), the most frequent first."""
    rows = sorted(figures.progress.reasons.items(), key=lambda row: -row[1])
    return [
        (status, _named(status), reasons.in_words(reason), count)
        for (status, reason), count in rows
    ]


def _named(status: str) -> str:
    return str(dict(DeliveryStatus.choices).get(status, status))


@allowed(Permission.READ_CONTACTS)
def people(request: PersonRequest, broadcast_id: int) -> HttpResponseBase:
    """List the people of a campaign, a page at a time, by status."""
    broadcast = drafting.get(request.organisation.pk, broadcast_id)
    status = request.GET.get("status", "")
    status = status if status in DeliveryStatus.values else ""
    after = request.GET.get("after", "")
    page = campaigns.recipients(
        broadcast,
        status=status,
        after=int(after[:18]) if after.isascii() and after.isdigit() else 0,
        most=campaigns.PAGE + 1,
    )
    shown = {
        "broadcast": broadcast,
        "rows": [
            row | {"status": _named(row["status"]), "reason": reasons.in_words(row["reason"])}
            for row in page[: campaigns.PAGE]
        ],
        "after": page[campaigns.PAGE - 1]["id"] if len(page) > campaigns.PAGE else None,
        "status": status,
        "statuses": DeliveryStatus.choices,
    }
    return render(request, "reports/people.html", shown)


@allowed(Permission.READ_CONTACTS)
def look_up(request: PersonRequest, broadcast_id: int) -> HttpResponseBase:
    """Find the contact that was typed: an external ID, an e-mail, a phone or a contact ID."""
    who = request.GET.get("who", "").strip()
    contact_id = contact_named(request.organisation.pk, who)
    if contact_id is None:
        messages.error(request, _("There is no contact “%(who)s”.") % {"who": who[:100]})
        return redirect("reports-campaign", broadcast_id)
    return redirect("reports-why", broadcast_id, contact_id)


@allowed(Permission.READ_CONTACTS)
def why(request: PersonRequest, broadcast_id: int, contact_id: int) -> HttpResponseBase:
    """Say whether one person got it, and why."""
    broadcast = drafting.get(request.organisation.pk, broadcast_id)
    contact = finding.get(request.organisation.pk, contact_id)
    answer = reasons.why(broadcast, contact)
    shown = {"broadcast": broadcast, "contact": contact, "answer": answer}
    return render(request, "reports/why.html", shown)
