"""The script that a website includes, the worker that shows pushes, and the snippet to paste.

Both files are readable as they stand in ``script/``; only the site's own settings are put in.
"""

import json
from importlib import resources
from typing import Any

from django.conf import settings

from sanderling.lib.errors import NotFound
from sanderling.websites import pushing, registering
from sanderling.websites.models import Domain, Site
from sanderling.websites.registering import Worker

NO_DOMAIN = "Add a domain first."
PUSH_LINE = 'eS("subscribePush");'


def snippet(organisation_id: int) -> str:
    """Return the lines to paste into every page; raises NotFound before there is a domain.

    The first line lets pages call ``eS`` before the script has come; a site whose policy
    forbids inline scripts may leave it out.  Plugins of shops look for ``init`` in it, and put
    its options there.
    """
    site = registering.site_of(organisation_id)
    if site is None or not registering.domains_of(organisation_id):
        raise NotFound(NO_DOMAIN)
    return (
        "<script>window.eS=window.eS||function(){(eS.q=eS.q||[]).push(arguments)};"
        "eS('init');</script>\n"
        f'<script async src="{address_of(site)}"></script>\n'
    )


def push_snippet(organisation_id: int) -> str:
    """Return the line that asks a visitor for pushes; a button of the page calls it best."""
    return f"{snippet(organisation_id)}<script>{PUSH_LINE}</script>\n"


def worker_file(site: Site) -> str:
    """Return the file that the shop puts on its own host: browsers want the worker there."""
    return f'importScripts("{settings.BASE_URL}/scripts/{site.code}/worker.js");\n'


def address_of(site: Site) -> str:
    """Return where the script of a site is."""
    return f"{settings.BASE_URL}/scripts/{site.code}.js"


def tracker(code: str) -> str:
    """Return the script of the site with this code."""
    site = registering.find(code)
    domains = registering.domains_of(site.organisation_id)
    places = {domain.host: _place_of(domain) for domain in domains if domain.pushes}
    push = {
        "key": pushing.public_key(site) if places else "",
        "collect": f"{settings.BASE_URL}/api/v2/push",
        "places": places,
    }
    return _filled("tracker.js", {"site": site.code, "collect": _collector(), "push": push})


def worker(code: str) -> str:
    """Return the code that shows pushes of the site with this code."""
    registering.find(code)
    return _filled("worker.js", {"collect": _collector()})


def _place_of(domain: Domain) -> dict[str, str]:
    place = Worker(domain.worker_name, domain.worker_path, domain.worker_scope)
    return {"worker": place.path + place.name, "scope": place.scope}


def _collector() -> str:
    return f"{settings.BASE_URL}/api/v2"


def _filled(name: str, config: dict[str, Any]) -> str:
    text = resources.files(__package__).joinpath("script", name).read_text(encoding="utf-8")
    return text.replace("__CONFIG__", json.dumps(config, ensure_ascii=True))
