"""The settings pages of an organisation."""
