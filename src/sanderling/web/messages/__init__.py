"""Messages: list, editor with a live preview, languages."""
