"""Websites: their domains and script, their visitors, and pushes to browsers."""
