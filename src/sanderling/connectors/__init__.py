"""Doors to other databases, sealed credentials included."""
