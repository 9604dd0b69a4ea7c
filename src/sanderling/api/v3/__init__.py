"""The methods of our own: what the compatible API lacks.  All of them need full access."""

from sanderling.api.v3 import access, connectors, exports, segments, websites, workflows

__all__ = ["access", "connectors", "exports", "segments", "websites", "workflows"]
