"""Password reset by mail, on Django's own views and tokens."""

from django.contrib.auth import views

TEMPLATES = "accounts/password_"


class Forgotten(views.PasswordResetView):
    """Ask for the address; the answer is the same whether it is known or not."""

    template_name = TEMPLATES + "forgotten.html"
    email_template_name = "accounts/password_mail.txt"
    subject_template_name = "accounts/password_subject.txt"


class Sent(views.PasswordResetDoneView):
    """Say that the mail is on its way."""

    template_name = TEMPLATES + "sent.html"


class Choose(views.PasswordResetConfirmView):
    """Take the new password."""

    template_name = TEMPLATES + "choose.html"


class Chosen(views.PasswordResetCompleteView):
    """Say that it worked."""

    template_name = TEMPLATES + "chosen.html"
