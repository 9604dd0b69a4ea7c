"""Conditions become SQL, SQL becomes people."""
