"""The rule of attribution, as the organisation's owner sets it."""
