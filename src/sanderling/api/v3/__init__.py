"""The methods of our own: what the compatible API lacks.  All of them need full access."""

from sanderling.api.v3 import (
    access,
    alerts,
    channels,
    connectors,
    contacts,
    exports,
    organisation,
    segments,
    sources,
    websites,
    workflows,
)

__all__ = [
    "access",
    "alerts",
    "channels",
    "connectors",
    "contacts",
    "exports",
    "organisation",
    "segments",
    "sources",
    "websites",
    "workflows",
]
