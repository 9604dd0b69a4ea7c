"""What the acts of the demonstration share: the organisation, the shop, and our own address."""

from dataclasses import dataclass, field

from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Organisation
from sanderling.connectors.models import Connector
from sanderling.segments.models import Segment
from sanderling.site.demonstration.shop import Shop
from sanderling.sources.models import DataSource


@dataclass
class Stage:
    """The scene as it grows act by act."""

    organisation: Organisation
    by: Actor
    shop: Shop
    address: str  # of our own pages, "http://127.0.0.1:8000"
    connector: Connector | None = None
    sources: dict[str, DataSource] = field(default_factory=dict)
    segments: dict[str, Segment] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """Return the organisation's id."""
        return self.organisation.pk
