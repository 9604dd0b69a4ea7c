"""The customer's own PostgreSQL, as a guest behaves: read only, briefly, two at a time."""
