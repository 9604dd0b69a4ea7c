"""A pool of codes, each handed out once."""
