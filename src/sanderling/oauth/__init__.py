"""Apps that act for an organisation (OAuth 2.0)."""
