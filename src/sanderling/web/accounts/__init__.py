"""Signing in, the organisation and its members, keys, and the audit trail."""
