"""Pages of dynamic segments: the list, the builder, and what a condition finds."""
