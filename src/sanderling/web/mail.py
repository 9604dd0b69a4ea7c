"""The product's own mail (password resets): through the operator's SMTP server, or into a file.

Organisations' mail never goes this way; it has its ledger and gateways in ``sending``.
"""

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend as FileBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

LOG = logging.getLogger(__name__)


class SystemMail:
    """Choose the way by ``SANDERLING_SMTP_HOST``; without one mails lie in ``<home>/mail``."""

    def __init__(self, fail_silently: bool = False, **options: Any) -> None:
        self.backend = self._smtp(fail_silently) if _host() else self._files(fail_silently)

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """Send, and return how many went."""
        return self.backend.send_messages(messages) or 0

    def open(self) -> bool | None:
        """Open the way for several messages."""
        return self.backend.open()

    def close(self) -> None:
        """Close it."""
        self.backend.close()

    def _smtp(self, fail_silently: bool) -> SmtpBackend:
        environment = settings.ENVIRONMENT
        return SmtpBackend(
            host=_host(),
            port=environment.number("SANDERLING_SMTP_PORT", 587),
            username=environment.text("SANDERLING_SMTP_USER"),
            password=environment.text("SANDERLING_SMTP_PASSWORD"),
            use_tls=environment.flag("SANDERLING_SMTP_STARTTLS", default=True),
            timeout=20,
            fail_silently=fail_silently,
        )

    def _files(self, fail_silently: bool) -> FileBackend:
        folder = settings.HOME / "mail"
        LOG.warning("No SANDERLING_SMTP_HOST is set: the mail lies in %s.", folder)
        return FileBackend(file_path=str(folder), fail_silently=fail_silently)


def _host() -> str:
    return str(settings.ENVIRONMENT.text("SANDERLING_SMTP_HOST"))
