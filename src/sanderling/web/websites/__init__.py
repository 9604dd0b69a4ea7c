"""The page of settings for website tracking."""
