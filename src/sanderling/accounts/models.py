"""Organisations, the people who work for them, the keys of their programs, and who did what."""

import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Organisation(models.Model):
    """One customer of the installation; nothing crosses from one to another."""

    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=10, default="en")
    currency = models.CharField(max_length=3, default="USD")
    second_person = models.BooleanField(default=False)  # campaigns need another person's approval
    text_scalars = models.BooleanField(default=False, db_default=False)  # of the API's old methods
    password_calls = models.BooleanField(default=False, db_default=False)  # of people, to the API
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """Return the time zone that "today" is reckoned in."""
        return zoneinfo.ZoneInfo(self.time_zone)


class UserManager(BaseUserManager["User"]):
    """Users are found by their e-mail, in any letter case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user of an e-mail address."""
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str, **fields: Any) -> "User":
        """Create a user with a hashed password."""
        user = self.model(email=email.strip(), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """A person who signs in."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)  # may see the installation, not its tenants
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email")]

    def __str__(self) -> str:
        return self.name or self.email


class Role(models.TextChoices):
    """What a person is in an organisation; ``rights.py`` says what each may do."""

    OWNER = "OWNER", _("Owner")
    MARKETER = "MARKETER", _("Marketer")
    ANALYST = "ANALYST", _("Analyst")
    VIEWER = "VIEWER", _("Viewer")


class Membership(models.Model):
    """A person's place in an organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="accounts_member_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.organisation}"


class KeyRights(models.TextChoices):
    """What a program with a key may do (api.md §1.3)."""

    FULL = "full", _("Full access")
    EVENTS = "events", _("Events")
    EVENTS_CONTACTS = "events-contacts", _("Events and contacts")
    EVENTS_CONTACTS_WRITE = "events-contacts-write", _("Events and contacts (adding/updating)")
    MESSAGES = "messages", _("Messages")


class ApiKey(models.Model):
    """A program's key: shown once, stored as a hash."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    description = models.CharField(max_length=200, blank=True)
    start = models.CharField(max_length=12)  # the first characters, to recognise it by
    digest = models.CharField(max_length=64, unique=True)  # SHA-256, hex
    rights = models.CharField(max_length=24, choices=KeyRights.choices)
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.start}… ({self.rights})"


class ApiCall(models.Model):
    """One call of a program as the log shows it: no bodies, no addresses, no parameters."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_constraint=False)
    caller = models.CharField(max_length=40)  # "key 7", "app 3" or "person 5"
    method = models.CharField(max_length=8)
    operation = models.CharField(max_length=120)  # the path with its parameters unnamed
    status = models.SmallIntegerField()
    milliseconds = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "caller", "at"], name="accounts_call_of_caller"),
            models.Index(fields=["at"], name="accounts_call_at"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.operation} {self.status}"


class SignInAttempt(models.Model):
    """A failed sign-in, counted by address and by account."""

    email = models.CharField(max_length=254)
    ip = models.CharField(max_length=45)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["email", "at"], name="accounts_attempt_email"),
            models.Index(fields=["ip", "at"], name="accounts_attempt_ip"),
        ]

    def __str__(self) -> str:
        return f"{self.email} from {self.ip}"


class AuditEntry(models.Model):
    """Who did what: a person, a key, an app, or the system itself."""

    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE)
    actor = models.CharField(max_length=300)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=100)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-at"], name="accounts_audit_recent")]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.subject}"
