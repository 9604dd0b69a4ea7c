"""The website of an organisation and its domains: found, added, changed, taken away."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.lib import hosts
from sanderling.lib.errors import Invalid, NotFound
from sanderling.websites import naming
from sanderling.websites.models import Domain, Site

MOST_DOMAINS = 50
WORKER = "sanderling-push.js"
WORKER_NAME = re.compile(r"[A-Za-z0-9_.-]{1,97}\.js")
WORKER_PATH = re.compile(r"/(?:[A-Za-z0-9_.~-]+/)*")


@dataclass(frozen=True)
class Worker:
    """Where the shop serves the script that shows pushes."""

    name: str = WORKER
    path: str = "/"
    scope: str = "/"

    def problems(self) -> dict[str, list[str]]:
        """Return what is wrong with it, by the names of the wire."""
        found = {}
        if not WORKER_NAME.fullmatch(self.name):
            found["serviceWorkerName"] = ["The service worker must be the name of a .js file."]
        for name, value in (("Path", self.path), ("Scope", self.scope)):
            if not WORKER_PATH.fullmatch(value) or len(value) > 200:
                found[f"serviceWorker{name}"] = [
                    f"The {name.lower()} of the service worker must begin and end with a slash."
                ]
        return found


def site_of(organisation_id: int) -> Site | None:
    """Return the website of an organisation, if it has one yet."""
    return Site.objects.filter(organisation_id=organisation_id).first()


def find(code: str) -> Site:
    """Return the website with this code, whoever's it is."""
    found = Site.objects.filter(code=code[:16]).first()
    if found is None:
        raise NotFound("There is no such site.")
    return found


def domains_of(organisation_id: int) -> list[Domain]:
    """Return the domains, by name."""
    return list(Domain.objects.filter(organisation_id=organisation_id).order_by("host"))


def domain(organisation_id: int, domain_id: int) -> Domain:
    """Return a domain of this organisation."""
    found = Domain.objects.filter(organisation_id=organisation_id, pk=domain_id).first()
    if found is None:
        raise NotFound("There is no such domain.")
    return found


def by_host(organisation_id: int, text: str) -> Domain:
    """Return a domain by its name or address."""
    found = Domain.objects.filter(organisation_id=organisation_id, host=host_of(text)).first()
    if found is None:
        raise NotFound("Domain not found")
    return found


def add_domain(organisation_id: int, text: str, *, by: Actor) -> tuple[Domain, bool]:
    """Let the pages of a host speak to us; return the domain and whether it is new.

    Takes ``shop.example`` as well as ``https://shop.example/anything``.
    """
    require(by, Permission.ADMINISTER)
    host = host_of(text)
    with transaction.atomic():
        ensure_site(organisation_id)
        known = Domain.objects.filter(organisation_id=organisation_id)
        if found := known.filter(host=host).first():
            return found, False
        if known.count() >= MOST_DOMAINS:
            raise Invalid(problems={"domain": [f"There are {MOST_DOMAINS} domains already."]})
        made, is_new = known.get_or_create(host=host, defaults={"organisation_id": organisation_id})
        if is_new:
            auditing.record(by, "domain.add", made.pk, host=host)
    return made, is_new


def remove_domain(organisation_id: int, domain_id: int, *, by: Actor) -> None:
    """Take no more from the pages of a domain; what they sent stays."""
    require(by, Permission.ADMINISTER)
    with transaction.atomic():
        gone = domain(organisation_id, domain_id)
        auditing.record(by, "domain.remove", domain_id, host=gone.host)
        gone.delete()


def switch_pushes(
    organisation_id: int, domain_id: int, *, on: bool, worker: Worker | None = None, by: Actor
) -> Domain:
    """Offer pushes on a domain, or no more; subscriptions that exist stay."""
    require(by, Permission.ADMINISTER)
    changed = domain(organisation_id, domain_id)
    worker = worker or _worker_of(changed)
    if problems := worker.problems():
        raise Invalid(problems=problems)
    changed.pushes = on
    changed.worker_name, changed.worker_path = worker.name, worker.path
    changed.worker_scope = worker.scope
    with transaction.atomic():
        changed.save(update_fields=["pushes", "worker_name", "worker_path", "worker_scope"])
        auditing.record(by, "domain.pushes", domain_id, on=on, worker=worker.path + worker.name)
    return changed


def change_site(
    organisation_id: int,
    *,
    creates_contacts: bool | None = None,
    signed_names: bool | None = None,
    by: Actor,
) -> Site:
    """Say whether an unknown person who gives a name becomes a contact, and which names count.

    Switching signed names on makes a new secret.
    """
    require(by, Permission.ADMINISTER)
    with transaction.atomic():
        site = ensure_site(organisation_id)
        if creates_contacts is not None:
            site.creates_contacts = creates_contacts
        if signed_names is not None:
            if signed_names and not site.signed_names:
                naming.give_secret(site)
            site.signed_names = signed_names
        site.save(update_fields=["creates_contacts", "signed_names", "name_secret"])
        auditing.record(
            by, "site.change", site.pk,
            creates_contacts=site.creates_contacts, signed_names=site.signed_names,
        )  # fmt: skip
    return site


def ensure_site(organisation_id: int) -> Site:
    """Return the website; two who ask first at once get the same."""
    found = site_of(organisation_id)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Site.objects.create(organisation_id=organisation_id, code=secrets.token_hex(6))
    except IntegrityError:
        return Site.objects.get(organisation_id=organisation_id)


def host_of(text: str) -> str:
    """Return the host of a domain or an address, in lower-case ASCII; raises Invalid."""
    words = text.strip()
    try:
        parts = urlsplit(words if "://" in words else f"//{words}")
        host = hosts.canonical(parts.hostname or "")
    except (ValueError, hosts.HostRefused) as error:
        raise Invalid(
            problems={"domain": ["Give a domain such as shop.example, without a path."]}
        ) from error
    if parts.scheme not in ("", "http", "https"):
        raise Invalid(problems={"domain": ["A domain is reached by http or https."]})
    return host


def speaks_for(origin: str, registered: Mapping[str, int]) -> int | None:
    """Return the id of the registered domain that an origin belongs to, or None.

    ``registered`` maps hosts to ids.  A domain speaks for its subdomains; ports do not count.
    """
    try:
        host = host_of(origin)
    except Invalid:
        return None
    labels = host.split(".")
    ends = (".".join(labels[start:]) for start in range(len(labels)))
    return next((registered[end] for end in ends if end in registered), None)


def _worker_of(stored: Domain) -> Worker:
    if not stored.worker_name:
        return Worker()
    return Worker(stored.worker_name, stored.worker_path, stored.worker_scope)
