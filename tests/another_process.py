"""Another process of the product, at work on the database of a test: one that can be killed."""

import os
from urllib.parse import quote

from django.conf import settings
from django.db import connection


def environment() -> dict[str, str]:
    """Return what makes another process work on the database of this test."""
    own = connection.get_connection_params()
    url = (
        f"postgresql://{own['user']}@/{own['dbname']}"
        f"?host={quote(str(own['host']), safe='')}&port={own['port']}"
    )
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "sanderling.site.settings",
        "SANDERLING_HOME": str(settings.HOME),
    }
