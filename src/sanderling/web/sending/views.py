"""The organisation's SMTP server: settings, a trial connection, a test mail, its signature."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import SanderlingError
from sanderling.sending import gateways, testing
from sanderling.sending.models import Gateway
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest

SECURITY = [
    ("STARTTLS", _("STARTTLS (usually port 587)")),
    ("TLS", _("TLS from the start (usually port 465)")),
    ("NONE", _("None: everybody on the way can read the mail")),
]


class GatewayForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an owner may set."""

    tls = forms.ChoiceField(label=_("Protection"), choices=SECURITY)
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535)
    per_minute = forms.IntegerField(
        label=_("Mails a minute"), min_value=0, max_value=10_000_000,
        help_text=_("0: as fast as the server takes them."),
    )  # fmt: skip
    password = forms.CharField(
        label=_("Password"), required=False, strip=False, max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty: the stored one stays."),
    )  # fmt: skip

    class Meta:
        model = Gateway
        fields = ("host", "port", "tls", "username", "per_minute", "sender_name", "sender_email")
        labels = {
            "host": _("Server"),
            "username": _("Username"),
            "sender_name": _("Sender's name"),
            "sender_email": _("Sender's address"),
        }
        help_texts = {
            "host": _("Empty: mail is captured and shown in the inbox; nobody gets it."),
            "sender_email": _("For messages that name no sender of their own."),
        }


class SelectorForm(forms.Form):
    """The name under which the public key is published."""

    selector = forms.RegexField(r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$", max_length=63)


@allowed(Permission.ADMINISTER)
def edit(request: PersonRequest) -> HttpResponseBase:
    """Change the gateway."""
    gateway = gateways.gateway_of(request.organisation.pk)
    form = GatewayForm(request.POST or None, instance=gateway)
    if request.method == "POST" and form.is_valid():
        columns = {name: form.cleaned_data[name] for name in GatewayForm.Meta.fields}
        password = form.cleaned_data["password"] or None
        gateways.save(request.organisation.pk, by=request.actor, password=password, **columns)
        messages.success(request, __("Saved."))
        return redirect("sending-gateway")
    return render(request, "sending/gateway.html", _shown(request, form))


@require_POST
@allowed(Permission.ADMINISTER)
def check(request: PersonRequest) -> HttpResponseBase:
    """Try the stored settings; nothing is sent."""
    report = gateways.check(gateways.gateway_of(request.organisation.pk))
    (messages.success if report.ok else messages.error)(request, report.words)
    for warning in report.warnings:
        messages.warning(request, warning)
    return redirect("sending-gateway")


@require_POST
@allowed(Permission.ADMINISTER)
def test(request: PersonRequest) -> HttpResponseBase:
    """Send a mail to the person who asks."""
    try:
        said = testing.send_test(request.organisation.pk, to=request.actor.name, by=request.actor)
    except SanderlingError as trouble:
        messages.error(request, trouble.message)
    else:
        messages.success(request, said)
    return redirect("sending-gateway")


@require_POST
@allowed(Permission.ADMINISTER)
def sign(request: PersonRequest) -> HttpResponseBase:
    """Make a new signing key."""
    form = SelectorForm(request.POST)
    if form.is_valid():
        selector = form.cleaned_data["selector"]
        gateways.make_dkim_key(request.organisation.pk, selector, by=request.actor)
        messages.success(request, __("The key is made; publish its record before you send."))
    else:
        messages.error(request, __("A selector has letters, digits and hyphens."))
    return redirect("sending-gateway")


def _shown(request: PersonRequest, form: GatewayForm) -> dict[str, Any]:
    stored = gateways.gateway_of(request.organisation.pk)
    return {
        "form": form,
        "gateway": stored,
        "is_capture": gateways.is_capture(stored),
        "record": gateways.dkim_record(stored),
    }
