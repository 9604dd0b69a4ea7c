"""Sanderling: a self-hosted customer-engagement platform with the customer's own database inside."""

__version__ = "0.1.0"
