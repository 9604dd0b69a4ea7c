"""One message to many people, exactly once."""
