"""Where our own PostgreSQL is: ``DATABASE_URL``, or the embedded server of the home directory."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sanderling.lib.environment import BadSetting, Environment
from sanderling.postgres import embedded

# How long another machine may be silent.  Libpq would wait for ever for the first answer, and the
# kernel two hours, holding a batch or a page, until it believes that a machine without power or
# network is gone; so it is asked after 30 s of silence, and given up a minute later.
PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}


def settings(environment: Environment, home: Path) -> dict[str, Any]:
    """Return Django's settings of the one database."""
    url = environment.text("DATABASE_URL")
    parts: dict[str, Any] = _parts(url) if url else dict(embedded.parameters(home))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts["dbname"],
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": parts.get("options", {}),
        "TEST": {"TEMPLATE": "template0"},
    }


def _parts(url: str) -> dict[str, Any]:
    """Split ``postgresql://user:password@host:port/name?sslmode=…``.

    What is wrong is said without the address itself: it holds a password.
    """
    try:
        split = urlsplit(url)
        port = split.port
        options = dict(parse_qsl(split.query, strict_parsing=bool(split.query)))
    except ValueError:
        raise _unlike() from None
    if split.scheme not in {"postgres", "postgresql"} or not split.path.strip("/"):
        raise _unlike()
    return {
        "dbname": unquote(split.path.lstrip("/")),
        "user": unquote(split.username or ""),
        "password": unquote(split.password or ""),
        "host": unquote(split.hostname or ""),
        "port": str(port or ""),
        "options": {**PATIENCE, **options},
    }


def _unlike() -> BadSetting:
    return BadSetting("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
