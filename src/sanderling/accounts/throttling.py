"""Guessing a password must not pay: failures are counted by account and by address."""

import datetime as dt

from django.utils import timezone

from sanderling.accounts.models import SignInAttempt
from sanderling.lib.errors import SanderlingError

WINDOW = dt.timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 50


class TooManyAttempts(SanderlingError):
    """Too many failed attempts. Wait a quarter of an hour, or reset the password."""

    status = 429
    code = "too_many_attempts"


def check(email: str, ip: str) -> None:
    """Raise TooManyAttempts when this account or this address has failed too often lately."""
    recent = SignInAttempt.objects.filter(at__gt=timezone.now() - WINDOW)
    if recent.filter(email=_folded(email)).count() >= PER_ACCOUNT:
        raise TooManyAttempts
    if recent.filter(ip=ip).count() >= PER_ADDRESS:
        raise TooManyAttempts


def failed(email: str, ip: str) -> None:
    """Count a failure, and forget the old ones."""
    SignInAttempt.objects.create(email=_folded(email), ip=ip)
    SignInAttempt.objects.filter(at__lt=timezone.now() - WINDOW).delete()


def succeeded(email: str) -> None:
    """Forget the failures of an account."""
    SignInAttempt.objects.filter(email=_folded(email)).delete()


def _folded(email: str) -> str:
    return email.strip().lower()[:254]
