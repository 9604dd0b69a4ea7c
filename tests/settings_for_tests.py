"""The product's own settings, on an embedded PostgreSQL that lives as long as the test session.

Every pytest process (and every xdist worker) has a server of its own, so runs never meet.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import psycopg
import ready_database

HOME_OF_SESSION = Path(tempfile.mkdtemp(prefix="sanderling-tests-"))
HOME_OF_SESSION.chmod(0o755)  # the server runs as another user when we are root
SERVER = ready_database.start(HOME_OF_SESSION)

# A lock that is never let go (a transaction that a test left open, at the tear-down of the next
# one) is an error after a while, not a wait for ever.
with psycopg.connect(SERVER.admin_dsn, autocommit=True) as _admin:
    _admin.execute("ALTER ROLE sanderling SET lock_timeout = '120s'")
    _admin.execute("ALTER ROLE sanderling SET statement_timeout = '600s'")


@atexit.register
def _leave_nothing() -> None:
    SERVER.stop()
    shutil.rmtree(HOME_OF_SESSION, ignore_errors=True)


os.environ.pop("DATABASE_URL", None)
os.environ["SANDERLING_HOME"] = str(HOME_OF_SESSION)
os.environ.setdefault("SANDERLING_ALLOWED_PRIVATE_HOSTS", "127.0.0.1/32,::1/128")

from sanderling.site.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
DATABASES["default"]["TEST"] = {"TEMPLATE": DATABASES["default"]["NAME"]}  # noqa: F405
ALLOWED_HOSTS = ["*"]
