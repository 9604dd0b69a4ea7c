"""Which message earned which order."""
