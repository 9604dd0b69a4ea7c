"""Pages about people: the list, the card, lists, fields, categories, imports, suppressions."""
