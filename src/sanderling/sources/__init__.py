"""Rows from the customer's own database, by contact."""
