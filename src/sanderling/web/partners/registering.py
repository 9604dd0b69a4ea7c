"""Pages "For partners" and "Connected apps"."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import Invalid
from sanderling.oauth import registering
from sanderling.oauth.models import Application
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.partners import words
from sanderling.web.partners.authorizing import page_of


class AppForm(forms.Form):
    """What is registered of an app."""

    name = forms.CharField(label=_("Name"), max_length=200)
    callback = forms.CharField(
        label=_("Callback URL"),
        required=False,
        max_length=2000,
        help_text=_("Where the person is sent back to. It may be added later."),
    )
    rights = forms.MultipleChoiceField(
        label=_("Access rights"), widget=forms.CheckboxSelectMultiple, choices=words.choices
    )
    is_public = forms.BooleanField(
        label=_("The app cannot keep a secret (it must use PKCE)"), required=False
    )


class DressForm(forms.Form):
    """What the authorization page shows of an app."""

    name = forms.CharField(label=_("Name on the authorization form"), max_length=200)
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("JPG, GIF or PNG of at most 1 MB; it is cropped to 96 × 96 pixels."),
    )


@allowed(Permission.ADMINISTER)
def index(request: PersonRequest) -> HttpResponseBase:
    """List the apps that this organisation has registered."""
    apps = registering.apps_of(request.organisation.pk)
    return render(request, "partners/list.html", {"apps": apps})


@allowed(Permission.ADMINISTER)
def register(request: PersonRequest) -> HttpResponseBase:
    """Register an app; its id and secret are shown this one time."""
    form = AppForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            app, secret = registering.register(
                request.organisation.pk, **form.cleaned_data, by=request.actor
            )
        except Invalid as error:
            _explain(form, error)
        else:
            return _credentials(request, app, secret)
    return render(request, "partners/register.html", {"form": form})


@allowed(Permission.ADMINISTER)
def edit(request: PersonRequest, app_id: int) -> HttpResponseBase:
    """Change an app."""
    app = registering.get(request.organisation.pk, app_id)
    known = {
        "name": app.name,
        "callback": app.redirect_uris,
        "rights": app.scopes,
        "is_public": app.is_public,
    }
    form = AppForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            registering.change(
                request.organisation.pk, app_id, **form.cleaned_data, by=request.actor
            )
        except Invalid as error:
            _explain(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("partners-app", app_id)
    return render(request, "partners/app.html", {"app": app, "form": form, "tab": "app"})


@allowed(Permission.ADMINISTER)
def dress(request: PersonRequest, app_id: int) -> HttpResponseBase:
    """Change what the authorization page shows of an app."""
    app = registering.get(request.organisation.pk, app_id)
    form = DressForm(request.POST or None, request.FILES or None, initial={"name": app.form_name})
    if request.method == "POST" and form.is_valid():
        try:
            _dress(request, app_id, form)
        except Invalid as error:
            _explain(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("partners-form", app_id)
    return render(request, "partners/app.html", {"app": app, "form": form, "tab": "form"})


@allowed(Permission.ADMINISTER)
def preview(request: PersonRequest, app_id: int) -> HttpResponseBase:
    """Show the authorization page as a person will see it; its buttons do nothing."""
    app = registering.get(request.organisation.pk, app_id)
    return page_of(request, app, memberships=request.memberships, is_preview=True)


@require_POST
@allowed(Permission.ADMINISTER)
def renew_secret(request: PersonRequest, app_id: int) -> HttpResponseBase:
    """Give an app a new secret, shown this one time."""
    secret = registering.renew_secret(request.organisation.pk, app_id, by=request.actor)
    return _credentials(request, registering.get(request.organisation.pk, app_id), secret)


@require_POST
@allowed(Permission.ADMINISTER)
def delete(request: PersonRequest, app_id: int) -> HttpResponseBase:
    """Delete an app with all its tokens."""
    registering.delete(request.organisation.pk, app_id, by=request.actor)
    messages.success(request, _("The app was deleted. All its keys and tokens are void."))
    return redirect("partners-list")


@allowed(Permission.ADMINISTER)
def connected(request: PersonRequest) -> HttpResponseBase:
    """List the apps that may act for this organisation."""
    rows = [
        (connection, words.described(connection.app.rights))
        for connection in registering.connections_of(request.organisation.pk)
    ]
    return render(request, "partners/connected.html", {"rows": rows})


@require_POST
@allowed(Permission.ADMINISTER)
def disconnect(request: PersonRequest, app_id: int) -> HttpResponseBase:
    """Send an app away."""
    registering.disconnect(request.organisation.pk, app_id, by=request.actor)
    messages.success(request, _("The app was disconnected. Its tokens are void."))
    return redirect("partners-connected")


def _dress(request: PersonRequest, app_id: int, form: DressForm) -> None:
    picture: Any = form.cleaned_data["logo"]
    registering.dress(
        request.organisation.pk,
        app_id,
        name=form.cleaned_data["name"],
        logo=picture.read() if picture else None,
        by=request.actor,
    )


def _credentials(request: PersonRequest, app: Application, secret: str) -> HttpResponse:
    response = render(request, "partners/credentials.html", {"app": app, "secret": secret})
    response["Cache-Control"] = "no-store"
    return response


def _explain(form: forms.Form, error: Invalid) -> None:
    """Put the verb's problems beside the fields they concern."""
    for field, sentences in error.problems.items():
        for sentence in sentences:
            form.add_error(field if field in form.fields else None, sentence)
