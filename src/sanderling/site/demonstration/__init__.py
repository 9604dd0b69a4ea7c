"""The demonstration: a real shop's orders, from its database to its database."""
