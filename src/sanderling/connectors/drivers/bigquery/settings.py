"""How to open a customer's BigQuery."""

from dataclasses import dataclass, field

from sanderling.connectors.drivers.keyfiles import TOKENS, Key


@dataclass(frozen=True)
class Service:
    """Where BigQuery is: Google's addresses, unless the operator's own settings say otherwise."""

    endpoint: str = ""
    tokens: str = TOKENS


@dataclass(frozen=True)
class BigQuerySettings:
    """A key, and the region in which a dataset is made that is not there yet."""

    key: Key
    location: str = "EU"
    service: Service = field(default_factory=Service)
    most_bytes: int = 20 * 2**30  # that one question of a source may bill

    @property
    def project(self) -> str:
        """Return the project that is billed and written."""
        return self.key.project
