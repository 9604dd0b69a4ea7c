"""What ``sanderling up`` needs to know of the demonstration before it is told."""

import secrets
from pathlib import Path

from rich.console import Console

EMAIL = "demo@sanderling.example"
ORGANISATION = "Online Retail"


def announce(out: Console, home: Path) -> None:
    """Print how to get into the demonstration."""
    out.print(f"  Sign in   {EMAIL}")
    out.print(f"  Password  {password(home)}")
    out.print("  Mail      is captured, not sent: see Inbox in the pages")


def password(home: Path) -> str:
    """Return the demonstration's password, made at the first start."""
    path = home / "demo-password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9) + "\n")
    return path.read_text().strip()


def is_told() -> bool:
    """Return whether the demonstration has been told to its end in this home."""
    from sanderling.accounts.models import AuditEntry

    return AuditEntry.objects.filter(verb="demonstration.told").exists()
