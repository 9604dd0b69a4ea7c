"""Handing notes to a provider over HTTP, by connections that are kept between chunks."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from sanderling.channels import http
from sanderling.channels.receipts import Receipt
from sanderling.channels.reports import Report
from sanderling.lib.errors import Invalid
from sanderling.sending import gateways, secrets
from sanderling.sending.carriers.carrier import Asked, Kind, Problems, Settings
from sanderling.sending.letters import Letter, Post
from sanderling.sending.models import Gateway

GENERIC = "HTTP"
TOKEN = Asked("token", _("Token or password"), is_secret=True)
ACCOUNT = Asked("account", _("Account"), _("Read as {{account}} by the description."))
_pools = threading.local()


@dataclass(frozen=True)
class OverHttp:
    """A channel's providers: ``presets`` by kind of gateway, HTTP being the one to be edited."""

    presets: Mapping[str, Mapping[str, Any]]
    values: frozenset[str]

    def kind(self, words: Any) -> Kind:
        """Return the kind of gateway whose description an operator writes."""
        description = Asked(
            "description",
            _("Description"),
            _("How the provider is spoken to, as JSON."),
            is_required=True,
            is_long=True,
            is_json=True,
            usual=self.presets[GENERIC],
        )
        title = _("Any provider over HTTP")
        return Kind(title, words, (description, ACCOUNT, TOKEN), self._problems)

    def description_of(self, gateway: Gateway) -> http.Description | None:
        """Return how a gateway's provider is spoken to; None for the capture."""
        if gateways.is_capture(gateway):
            return None
        given = gateway.settings.get("description") or self.presets[gateway.kind]
        return http.Description.read(given, values=self.values)

    def hand_over(self, post: Post, letters: Sequence[Letter]) -> Iterator[tuple[Letter, Receipt]]:
        """Yield each letter with its receipt, in any order."""
        description = self.description_of(post.gateway)
        assert description is not None, "the capture hands over by itself"
        own = {k: v for k, v in post.gateway.settings.items() if k != "description"}
        own |= secrets.of(post.gateway)
        outgoing = [
            http.Outgoing({**own, **json.loads(letter.content)}, key=letter) for letter in letters
        ]
        for message, receipt in pool_of(description, post.gateway).send_many(outgoing):
            yield message.key, receipt

    def has_reports(self, gateway: Gateway) -> bool:
        """Whether the provider tells later what became of a message."""
        description = self.description_of(gateway)
        return description is not None and description.reports

    def read_reports(self, gateway: Gateway, query: str, body: bytes, media: str) -> list[Report]:
        """Return what a call of the provider says; words that nobody described say nothing."""
        description = self.description_of(gateway)
        if description is None:
            return []
        members = http.members_of(description, query=query, body=body, media=media)
        found = (http.report_of(description, one) for one in members)
        return [said for said in found if said is not None]

    def _problems(self, settings: Settings, secret: Mapping[str, str]) -> Problems:
        description = settings.get("description")
        if not isinstance(description, dict):
            return {"description": ["This must be an object: {…}."]}
        try:
            http.Description.read(description, values=self.values)
        except Invalid as refusal:
            said = [f"{name}: {text}" for name, texts in refusal.problems.items() for text in texts]
            return {"description": said}
        return {}


def pool_of(description: http.Description, gateway: Gateway) -> http.Pool:
    """Return this thread's connections to a gateway's provider."""
    kept: dict[int, http.Pool] = _pools.__dict__.setdefault("by_gateway", {})
    pool = kept.get(gateway.pk)
    if pool is None or pool.description != description:
        if pool is not None:
            pool.close()
        pool = kept[gateway.pk] = http.Pool(description, resolve=gateways.resolve)
    return pool


def close_pools() -> None:
    """Hang up at every provider that this thread speaks to."""
    for pool in _pools.__dict__.pop("by_gateway", {}).values():
        pool.close()
