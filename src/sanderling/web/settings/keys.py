"""API keys: made here, shown once; and what each of them has called."""

from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from sanderling.accounts import calls, keys
from sanderling.accounts.models import ApiKey, KeyRights
from sanderling.accounts.rights import Permission
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.paging import before_of
from sanderling.web.settings import plotting

PAGE = 100


class KeyForm(forms.Form):
    """What the key is for, and what it may do."""

    description = forms.CharField(label=_("Description"), max_length=200)
    rights = forms.ChoiceField(label=_("Rights"), choices=KeyRights.choices)


class CallsForm(forms.Form):
    """Which calls are listed."""

    method = forms.ChoiceField(
        label=_("Method"),
        required=False,
        choices=[("", _("Every method")), *((one, one) for one in calls.METHODS)],
    )
    status = forms.ChoiceField(
        label=_("Answer"),
        required=False,
        choices=[
            ("", _("Every answer")),
            ("2xx", _("2xx: done")),
            ("4xx", _("4xx: refused")),
            ("5xx", _("5xx: failed")),
        ],
    )


@allowed(Permission.ADMINISTER)
def index(request: PersonRequest) -> HttpResponseBase:
    """List the keys; a POST makes one and shows its secret this one time."""
    form = KeyForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        _key, secret = keys.create(request.organisation.pk, **form.cleaned_data, by=request.actor)
        form = KeyForm()
    found = ApiKey.objects.filter(organisation=request.organisation).order_by("-pk")
    shown = {"form": form, "keys": found, "secret": secret}
    response = render(request, "settings/keys.html", shown)
    response["Cache-Control"] = "no-store"
    return response


@allowed(Permission.ADMINISTER)
def show(request: PersonRequest, key_id: int) -> HttpResponseBase:
    """Show what a key is, and its calls of the last days."""
    key = keys.get(request.organisation.pk, key_id)
    form = CallsForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = calls.of_key(request.organisation.pk, key_id, **wanted)
    if before := before_of(request):
        found = found.filter(pk__lt=before)
    page = list(found[: PAGE + 1])
    shown = {
        "key": key,
        "form": form,
        "calls": page[:PAGE],
        "older": page[PAGE - 1].pk if len(page) > PAGE else None,
        "kept": urlencode({name: value for name, value in wanted.items() if value}),
        "plot": plotting.plot_of(calls.hours_of_key(request.organisation.pk, key_id)),
        "days": settings.API_LOG_DAYS,
    }
    return render(request, "settings/key.html", shown)


@require_POST
@allowed(Permission.ADMINISTER)
def switch(request: PersonRequest, key_id: int) -> HttpResponseBase:
    """Switch a key on or off."""
    turned_on = request.POST.get("on") == "1"
    keys.switch(request.organisation.pk, key_id, on=turned_on, by=request.actor)
    return redirect("settings-keys")


@require_POST
@allowed(Permission.ADMINISTER)
def delete(request: PersonRequest, key_id: int) -> HttpResponseBase:
    """Delete a key."""
    keys.delete(request.organisation.pk, key_id, by=request.actor)
    messages.success(request, _("The key was deleted."))
    return redirect("settings-keys")
