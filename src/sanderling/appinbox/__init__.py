"""The inbox that an app shows: what a contact was written there, and who may read it."""
