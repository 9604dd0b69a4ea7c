"""Domains, the lines to paste, what came last, and pushes to browsers."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import Invalid
from sanderling.sending import offering
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.websites import naming, registering, scripting
from sanderling.websites.models import Domain
from sanderling.websites.registering import Worker

FIELDS = {
    "serviceWorkerName": "name",
    "serviceWorkerPath": "path",
    "serviceWorkerScope": "scope",
}


class DomainForm(forms.Form):
    """A domain to add."""

    domain = forms.CharField(
        label=gettext_lazy("Domain"),
        max_length=300,
        help_text=gettext_lazy("Such as shop.example. Its subdomains are covered too."),
    )


class WorkerForm(forms.Form):
    """Where the shop serves the file that shows pushes."""

    name = forms.CharField(label=gettext_lazy("Name of the file"), max_length=100)
    path = forms.CharField(
        label=gettext_lazy("Folder"),
        max_length=200,
        help_text=gettext_lazy("“/” is the root of the site."),
    )
    scope = forms.CharField(
        label=gettext_lazy("Scope"),
        max_length=200,
        help_text=gettext_lazy("The pages that the file is responsible for, usually “/”."),
    )


@allowed(Permission.ADMINISTER)
def index(request: PersonRequest) -> HttpResponseBase:
    """Show the domains and the lines to paste; a POST adds a domain."""
    form = DomainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added, _is_new = registering.add_domain(
                request.organisation.pk, form.cleaned_data["domain"], by=request.actor
            )
        except Invalid as refusal:
            form.add_error("domain", refusal.message)
        else:
            messages.success(request, _("%(domain)s is registered.") % {"domain": added.host})
            return redirect("websites-show", added.pk)
    domains = registering.domains_of(request.organisation.pk)
    site = registering.site_of(request.organisation.pk)
    shown = {
        "form": form,
        "domains": domains,
        "site": site,
        "secret": naming.secret_of(site) if site and site.signed_names else "",
        "snippet": scripting.snippet(request.organisation.pk) if domains else "",
    }
    response = render(request, "websites/list.html", shown)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@allowed(Permission.ADMINISTER)
def people(request: PersonRequest) -> HttpResponseBase:
    """Say whether unknown people become contacts, and whether names must be signed."""
    registering.change_site(
        request.organisation.pk,
        creates_contacts=request.POST.get("creates_contacts") == "on",
        signed_names=request.POST.get("signed_names") == "on",
        by=request.actor,
    )
    messages.success(request, _("Saved."))
    return redirect("websites-list")


@allowed(Permission.ADMINISTER)
def show(request: PersonRequest, domain_id: int) -> HttpResponseBase:
    """Show one domain."""
    return _page(request, registering.domain(request.organisation.pk, domain_id))


@require_safe
@allowed(Permission.ADMINISTER)
def events(request: PersonRequest, domain_id: int) -> HttpResponseBase:
    """Show what came last; the page asks again every few seconds."""
    domain = registering.domain(request.organisation.pk, domain_id)
    return render(request, "websites/_events.html", {"domain": domain, "events": _events(domain)})


@require_POST
@allowed(Permission.ADMINISTER)
def pushes(request: PersonRequest, domain_id: int) -> HttpResponseBase:
    """Offer pushes on a domain, or no more."""
    domain = registering.domain(request.organisation.pk, domain_id)
    on = request.POST.get("on") == "1"
    form = WorkerForm(request.POST)
    if on and not form.is_valid():
        return _page(request, domain, form)
    worker = Worker(**form.cleaned_data) if on else None
    try:
        offering.switch(request.organisation.pk, domain_id, on=on, worker=worker, by=request.actor)
    except Invalid as refusal:
        for name, problems in refusal.problems.items():
            form.add_error(FIELDS.get(name), problems)
        return _page(request, domain, form)
    said = _("Pushes are offered.") if on else _("Pushes are not offered any more.")
    messages.success(request, said)
    return redirect("websites-show", domain_id)


@require_POST
@allowed(Permission.ADMINISTER)
def remove(request: PersonRequest, domain_id: int) -> HttpResponseBase:
    """Take no more from the pages of a domain."""
    registering.remove_domain(request.organisation.pk, domain_id, by=request.actor)
    messages.success(request, _("The domain is removed."))
    return redirect("websites-list")


def _page(
    request: PersonRequest, domain: Domain, form: WorkerForm | None = None
) -> HttpResponseBase:
    usual = Worker()
    stored = {
        "name": domain.worker_name or usual.name,
        "path": domain.worker_path or usual.path,
        "scope": domain.worker_scope or usual.scope,
    }
    shown = {
        "domain": domain,
        "events": _events(domain),
        "form": form or WorkerForm(initial=stored),
        "snippet": scripting.snippet(request.organisation.pk),
        "push_line": scripting.PUSH_LINE,
        "worker_file": scripting.worker_file(registering.ensure_site(request.organisation.pk)),
        "worker_address": f"https://{domain.host}{stored['path']}{stored['name']}",
    }
    return render(request, "websites/show.html", shown)


def _events(domain: Domain) -> list[dict[str, Any]]:
    """Return the last events with their times as times."""
    return [{**one, "at": dt.datetime.fromisoformat(one["at"])} for one in domain.recent]
