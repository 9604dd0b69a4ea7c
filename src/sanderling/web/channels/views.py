"""Connect a provider, try it, hold it, take it away."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import Invalid, NotFound, SanderlingError
from sanderling.messages.models import Channel
from sanderling.sending import carriers, choosing, connecting, gateways, trying
from sanderling.sending.addressing import reach_of
from sanderling.sending.carriers.notes import callback_of
from sanderling.sending.choosing import INBOX
from sanderling.sending.models import Gateway
from sanderling.web.channels.forms import GatewayForm
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


@allowed(Permission.ADMINISTER)
def index(request: PersonRequest) -> HttpResponseBase:
    """Show every channel with its gateways, and what it can be connected to."""
    ours: dict[str, list[Gateway]] = {}
    for gateway in choosing.gateways_of(request.organisation.pk):
        ours.setdefault(gateway.channel, []).append(gateway)
    shown = [
        {
            "channel": channel,
            "title": Channel(channel).label,
            "kinds": {name: kind for name, kind in carrier.kinds.items() if name != INBOX},
            "gateways": ours.get(channel, []),
        }
        for channel, carrier in carriers.CARRIERS.items()
    ]
    return render(request, "channels/list.html", {"channels": [c for c in shown if c["kinds"]]})


@allowed(Permission.ADMINISTER)
def new(request: PersonRequest) -> HttpResponseBase:
    """Connect a gateway of a channel and kind."""
    asked = request.POST if request.method == "POST" else request.GET
    gateway = Gateway(
        organisation_id=request.organisation.pk,
        channel=asked.get("channel", ""),
        kind=asked.get("kind", ""),
    )
    if carriers.kind_of(gateway.channel, gateway.kind) is None:
        return redirect("channels-list")
    return _form(request, gateway)


@allowed(Permission.ADMINISTER)
def edit(request: PersonRequest, gateway_id: int) -> HttpResponseBase:
    """Change a gateway."""
    return _form(request, connecting.get(request.organisation.pk, gateway_id))


@require_POST
@allowed(Permission.ADMINISTER)
def pause(request: PersonRequest, gateway_id: int) -> HttpResponseBase:
    """Hold everything that would leave by it."""
    connecting.pause(request.organisation.pk, gateway_id, on=True, by=request.actor)
    messages.success(request, _("Nothing leaves by it now; what waits is kept."))
    return redirect("channels-edit", gateway_id)


@require_POST
@allowed(Permission.ADMINISTER)
def resume(request: PersonRequest, gateway_id: int) -> HttpResponseBase:
    """Let messages leave by it again."""
    connecting.pause(request.organisation.pk, gateway_id, on=False, by=request.actor)
    messages.success(request, _("Messages leave by it again."))
    return redirect("channels-edit", gateway_id)


@require_POST
@allowed(Permission.ADMINISTER)
def delete(request: PersonRequest, gateway_id: int) -> HttpResponseBase:
    """Take a gateway away that no message waits for."""
    try:
        connecting.delete(request.organisation.pk, gateway_id, by=request.actor)
    except NotFound:
        raise
    except SanderlingError as refusal:
        messages.error(request, refusal.message)
        return redirect("channels-edit", gateway_id)
    messages.success(request, _("The gateway is deleted."))
    return redirect("channels-list")


@require_POST
@allowed(Permission.ADMINISTER)
def test(request: PersonRequest, gateway_id: int) -> HttpResponseBase:
    """Send a trial message by it."""
    connecting.get(request.organisation.pk, gateway_id)
    try:
        words = trying.send_trial(
            request.organisation.pk,
            gateway_id,
            to=request.POST.get("to", ""),
            sender=request.POST.get("sender", ""),
            by=request.actor,
        )
    except SanderlingError as trouble:
        messages.error(request, trouble.message)
    else:
        messages.success(request, words)
    return redirect("channels-edit", gateway_id)


def _form(request: PersonRequest, gateway: Gateway) -> HttpResponseBase:
    kind = carriers.kind_of(gateway.channel, gateway.kind)
    if kind is None:
        raise NotFound
    form = GatewayForm(request.POST or None, gateway=gateway, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            saved = connecting.save(
                request.organisation.pk,
                gateway_id=gateway.pk,
                channel=gateway.channel,
                kind=gateway.kind,
                by=request.actor,
                **form.given(),
            )
        except Invalid as refusal:
            for name, sentences in refusal.problems.items():
                form.add_error(name if name in form.fields else None, sentences)
        else:
            messages.success(request, _("Saved."))
            return redirect("channels-edit", saved.pk)
    return render(request, "channels/edit.html", _shown(gateway, form, kind))


def _shown(gateway: Gateway, form: GatewayForm, kind: carriers.Kind) -> dict[str, Any]:
    stored = Gateway.objects.get(pk=gateway.pk) if gateway.pk else gateway
    return {
        "form": form,
        "kind": kind,
        "gateway": stored,
        "channel": Channel(gateway.channel).label,
        "is_capture": gateways.is_capture(gateway),
        "is_device": bool(reach_of(gateway.channel).device),
        "reports_to": callback_of(gateway) if gateway.pk else "",
    }
