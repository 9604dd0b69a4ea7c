"""The methods of our own: what the compatible API lacks.  All of them need full access."""

from sanderling.api.v3 import connectors, segments

__all__ = ["connectors", "segments"]
