"""Another process of the product, at work on the database of a test: one that can be killed."""

import os
import time
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from sanderling.exports.models import Export

LIVES = (
    "EXISTS (SELECT FROM pg_stat_activity WHERE pid = lease_pid AND backend_start = lease_since)"
)


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


def until_free(export: Export) -> None:
    """Wait until our server has seen that the session of a killed process is gone."""
    rows = Export.objects.filter(pk=export.pk).extra(where=[LIVES])
    deadline = time.monotonic() + 60
    while rows.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
