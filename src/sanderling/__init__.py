"""Sanderling: self-hosted customer engagement with the customer's own database inside."""

__version__ = "0.1.0"
