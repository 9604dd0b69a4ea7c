"""API keys: made here, shown once."""

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from sanderling.accounts import keys
from sanderling.accounts.models import ApiKey, KeyRights
from sanderling.accounts.rights import Permission
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


class KeyForm(forms.Form):
    """What the key is for, and what it may do."""

    description = forms.CharField(label=_("Description"), max_length=200)
    rights = forms.ChoiceField(label=_("Rights"), choices=KeyRights.choices)


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
