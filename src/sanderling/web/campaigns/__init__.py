"""Campaigns: made, started, watched, reported, explained."""
