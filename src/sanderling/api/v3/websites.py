"""The website as the page of settings shows it: script, domains, last events, pushes."""

from typing import Any

from sanderling.api.answering import EMPTY, Answer, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Shape
from sanderling.lib.errors import Invalid, NotFound
from sanderling.sending import offering
from sanderling.websites import naming, pushing, registering, scripting
from sanderling.websites.models import Domain
from sanderling.websites.registering import Worker


class SiteBody(Shape):
    """What may be changed of the website."""

    creates_contacts: bool | None = None
    signed_names: bool | None = None


class NewDomain(Shape):
    """A domain to add."""

    domain: str | None = None


class DomainBody(Shape):
    """What may be changed of a domain."""

    web_push: bool | None = None
    service_worker_name: str | None = None
    service_worker_path: str | None = None
    service_worker_scope: str | None = None


@operation("GET", "/v3/website", summary="The website and its script")
def get_website(call: Call) -> dict[str, Any]:
    """Return the site's code, its script and the public key of its pushes."""
    return _site(call)


@operation("PUT", "/v3/website", summary="Change the website")
def change_website(call: Call, body: SiteBody) -> dict[str, Any]:
    """Say whether unknown people become contacts, and whether names must be signed."""
    if body.creates_contacts is None and body.signed_names is None:
        raise Invalid("createsContacts or signedNames must be specified.")
    registering.change_site(
        call.organisation_id,
        creates_contacts=body.creates_contacts,
        signed_names=body.signed_names,
        by=call.actor,
    )
    return _site(call)


@operation("GET", "/v3/website/domains", summary="Domains with their last events")
def list_domains(call: Call) -> list[dict[str, Any]]:
    """Return the domains and what came last from each."""
    return [_domain(one) for one in registering.domains_of(call.organisation_id)]


@operation("POST", "/v3/website/domains", summary="Add a domain")
def add_domain(call: Call, body: NewDomain) -> dict[str, Any]:
    """Let the pages of a domain send events."""
    added, _ = registering.add_domain(call.organisation_id, body.domain or "", by=call.actor)
    return _domain(added)


@operation("GET", "/v3/website/domains/{domain_id}", summary="Get a domain")
def get_domain(call: Call, domain_id: int) -> dict[str, Any]:
    """Return a domain and what came last from it."""
    return _domain(registering.domain(call.organisation_id, domain_id))


@operation("PUT", "/v3/website/domains/{domain_id}", summary="Pushes of a domain")
def change_domain(call: Call, domain_id: int, body: DomainBody) -> dict[str, Any]:
    """Switch pushes on or off; members that are absent stay."""
    stored = registering.domain(call.organisation_id, domain_id)
    usual = Worker()
    worker = Worker(
        body.service_worker_name or stored.worker_name or usual.name,
        body.service_worker_path or stored.worker_path or usual.path,
        body.service_worker_scope or stored.worker_scope or usual.scope,
    )
    on = stored.pushes if body.web_push is None else body.web_push
    changed = offering.switch(call.organisation_id, domain_id, on=on, worker=worker, by=call.actor)
    return _domain(changed)


@operation("DELETE", "/v3/website/domains/{domain_id}", summary="Remove a domain")
def remove_domain(call: Call, domain_id: int) -> Answer:
    """Take no more from the pages of a domain."""
    registering.remove_domain(call.organisation_id, domain_id, by=call.actor)
    return EMPTY


def _site(call: Call) -> dict[str, Any]:
    site = registering.site_of(call.organisation_id)
    if site is None:
        raise NotFound(scripting.NO_DOMAIN)
    return present(
        siteId=site.code,
        createsContacts=site.creates_contacts,
        signedNames=site.signed_names,
        nameSecret=naming.secret_of(site) if site.signed_names else None,
        scriptAddress=scripting.address_of(site),
        serviceWorker=scripting.worker_file(site),
        publicKey=pushing.public_key(site) if site.push_key else None,
    )


def _domain(domain: Domain) -> dict[str, Any]:
    return present(
        id=domain.pk,
        domain=domain.host,
        webPush=domain.pushes,
        serviceWorkerName=domain.worker_name or None,
        serviceWorkerPath=domain.worker_path or None,
        serviceWorkerScope=domain.worker_scope or None,
        lastEventAt=domain.last_event_at.isoformat() if domain.last_event_at else None,
        lastEvents=domain.recent,
    )
