"""Domains of the website, its script, and its pushes (api.md §7.1)."""

from http import HTTPStatus

from sanderling.api.answering import PLAIN, Answer, said
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Shape
from sanderling.lib.errors import Invalid, NotFound, SanderlingError
from sanderling.sending import offering
from sanderling.websites import registering, scripting
from sanderling.websites.models import Domain
from sanderling.websites.registering import Worker

MOST_AT_ONCE = 50
EXISTS = "Domain already exists"


class DomainBody(Shape):
    """A domain, as a host or as an address."""

    domain: str | None = None


class PushDomain(Shape):
    """A domain that offers pushes, and where its service worker is."""

    domain: str | None = None
    service_worker_name: str | None = None
    service_worker_path: str | None = None
    service_worker_scope: str | None = None


class PushDomains(Shape):
    """Domains that offer pushes."""

    domains: list[PushDomain] | None = None


class OfDomain(Shape):
    """Which domain."""

    domain: str | None = None


@operation("GET", "/v1/site/domains", summary="Domains of the website")
def site_domains(call: Call) -> list[dict[str, str]]:
    """Return the domains whose pages may send events."""
    return [{"domain": one.host} for one in registering.domains_of(call.organisation_id)]


@operation("POST", "/v1/site/domains", summary="Add a domain")
def add_site_domain(call: Call, body: DomainBody) -> Answer:
    """Add a domain; 201 when it is new, 200 when it was there.

    The contract has one domain per account; here there may be several.  ``siteId`` is what the
    shop's plugins keep of the answer.
    """
    added, is_new = registering.add_domain(call.organisation_id, _said(body), by=call.actor)
    site = registering.ensure_site(call.organisation_id)
    result = f"Domain {added.host} has been added" if is_new else EXISTS
    status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    return Answer({"result": result, "siteId": site.code}, status=status)


@operation("GET", "/v1/site/script", summary="Script to paste into the pages")
def site_script(call: Call) -> Answer:
    """Return the lines to paste as plain text; a domain must be there first."""
    return Answer(scripting.snippet(call.organisation_id).encode(), content_type=PLAIN)


@operation("GET", "/v1/site/webpush/domains", summary="Domains that offer pushes")
def push_domains(call: Call) -> list[dict[str, str]]:
    """Return the domains that offer pushes, with their service workers."""
    return [_shown(one) for one in registering.domains_of(call.organisation_id) if one.pushes]


@operation("POST", "/v1/site/webpush/domains", summary="Offer pushes on domains")
def add_push_domains(call: Call, body: PushDomains) -> Answer:
    """Offer pushes on each of the domains; all of them or none."""
    sent = body.domains or []
    if not 1 <= len(sent) <= MOST_AT_ONCE:
        raise Invalid(f"Give 1 to {MOST_AT_ONCE} domains.")
    for one in sent:
        _offer(call, one)
    return said("Domains have been added")


@operation("POST", "/v1/site/webpush/domain", summary="Offer pushes on a domain")
def add_push_domain(call: Call, body: PushDomain) -> Answer:
    """Offer pushes on one domain, and say so as the plugin reads it."""
    try:
        offered = _offer(call, body)
    except SanderlingError as error:
        said = {"domain": body.domain or "", "message": error.message}
        return Answer({"errors": said}, status=error.status)
    return Answer({"success": {"domain": offered.host, "status": "ACTIVE"}})


@operation("DELETE", "/v1/site/webpush/domains", summary="Offer no pushes on a domain")
def remove_push_domain(call: Call, query: OfDomain) -> Answer:
    """Offer pushes there no more; the domain stays, and so do the subscriptions."""
    found = _pushing(call, query.domain)
    offering.switch(call.organisation_id, found.pk, on=False, by=call.actor)
    return said(f"Domain {found.host} has been removed")


@operation("GET", "/v1/site/webpush/script", summary="Script and service worker for pushes")
def push_script(call: Call, query: OfDomain) -> dict[str, str]:
    """Return what the page needs, and the file for the shop's own host."""
    _pushing(call, query.domain)
    site = registering.ensure_site(call.organisation_id)
    return {
        "script": scripting.push_snippet(call.organisation_id),
        "serviceWorker": scripting.worker_file(site),
    }


def _said(body: DomainBody | PushDomain) -> str:
    if not body.domain:
        raise Invalid("domain must be specified.")
    return body.domain


def _offer(call: Call, sent: PushDomain) -> Domain:
    usual = Worker()
    worker = Worker(
        sent.service_worker_name or usual.name,
        sent.service_worker_path or usual.path,
        sent.service_worker_scope or usual.scope,
    )
    if problems := worker.problems():
        raise Invalid(problems=problems)
    added, _ = registering.add_domain(call.organisation_id, _said(sent), by=call.actor)
    return offering.switch(call.organisation_id, added.pk, on=True, worker=worker, by=call.actor)


def _pushing(call: Call, host: str | None) -> Domain:
    """Return the domain that is meant; without a name the first that offers pushes."""
    if host:
        found = registering.by_host(call.organisation_id, host)
        if found.pushes:
            return found
    else:
        offering = [one for one in registering.domains_of(call.organisation_id) if one.pushes]
        if offering:
            return offering[0]
    raise NotFound("Domain not found")


def _shown(domain: Domain) -> dict[str, str]:
    return {
        "domain": domain.host,
        "serviceWorkerName": domain.worker_name,
        "serviceWorkerPath": domain.worker_path,
        "serviceWorkerScope": domain.worker_scope,
    }
