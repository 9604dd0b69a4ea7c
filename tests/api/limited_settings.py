"""The product's settings with a limit that a slow machine reaches too."""

from sanderling.site.settings import *  # noqa: F403

API_LIMITS = {"event": 20}
