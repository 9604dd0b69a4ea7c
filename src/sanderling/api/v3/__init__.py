"""The methods of our own: what the compatible API lacks.  All of them need full access."""

from sanderling.api.v3 import (
    access,
    alerts,
    connectors,
    exports,
    segments,
    sources,
    websites,
    workflows,
)

__all__ = [
    "access",
    "alerts",
    "connectors",
    "exports",
    "segments",
    "sources",
    "websites",
    "workflows",
]
