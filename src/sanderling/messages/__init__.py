"""Content: languages, channels and rendering."""
