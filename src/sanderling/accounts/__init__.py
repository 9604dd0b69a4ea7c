"""Organisations, users, roles, API keys, settings and the audit trail."""
