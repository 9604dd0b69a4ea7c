"""Where everybody arrives: what wants attention, what goes on, and what to do next."""
