"""Password reset by mail, on Django's own views and tokens.

The links lead to the installation's own address, never to the host that the request names:
whoever asks for somebody else's reset must not choose where its token goes.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import views

TEMPLATES = "accounts/password_"


def our_address() -> dict[str, str]:
    """Return what the mails say of us: ``protocol`` and ``domain``."""
    address = urlsplit(settings.BASE_URL)
    return {"protocol": address.scheme, "domain": address.netloc}


class Forgotten(views.PasswordResetView):
    """Ask for the address; the answer is the same whether it is known or not."""

    template_name = TEMPLATES + "forgotten.html"
    email_template_name = "accounts/password_mail.txt"
    subject_template_name = "accounts/password_subject.txt"

    @property
    def extra_email_context(self) -> dict[str, str]:  # type: ignore[override]
        """Return our own address."""
        return our_address()


class Sent(views.PasswordResetDoneView):
    """Say that the mail is on its way."""

    template_name = TEMPLATES + "sent.html"


class Choose(views.PasswordResetConfirmView):
    """Take the new password."""

    template_name = TEMPLATES + "choose.html"


class Chosen(views.PasswordResetCompleteView):
    """Say that it worked."""

    template_name = TEMPLATES + "chosen.html"
