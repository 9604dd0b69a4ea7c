"""Content: what is said, in which channel and languages."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation
from sanderling.postgres.fields import Tracked


class Channel(models.TextChoices):
    """The channels, spelt as ``mediaType`` in exports."""

    EMAIL = "Email", _("Email")
    SMS = "Sms", _("SMS")
    VIBER = "Viber", _("Viber")
    WEB_PUSH = "WebPush", _("Web push")
    MOBILE_PUSH = "MobilePush", _("Mobile push")
    APP_INBOX = "AppInbox", _("App inbox")
    TELEGRAM = "Telegram", _("Telegram")


class Message(Tracked):
    """A stored message, edited freely; campaigns send a frozen ``Content`` of it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    channel = models.CharField(max_length=12, choices=Channel.choices, default="Email")
    name = models.CharField(max_length=200)
    subject = models.CharField(max_length=1000, blank=True, default="")
    preheader = models.CharField(max_length=500, blank=True, default="")
    sender_name = models.CharField(max_length=200, blank=True, default="")
    sender_email = models.CharField(max_length=254, blank=True, default="")
    reply_to = models.CharField(max_length=254, blank=True, default="")
    html = models.TextField(blank=True, default="")
    text = models.TextField(blank=True, default="")
    details = models.JSONField(default=dict)  # what only this channel has (``detailing``)
    language = models.CharField(max_length=20, blank=True, default="")
    tags = models.JSONField(default=list)
    categories = models.JSONField(default=list)  # keys of subscription categories
    utm_campaign = models.CharField(max_length=400, blank=True, default="")
    is_strict = models.BooleanField(default=False)  # a missing row fails the recipient
    annoyance = models.IntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-id"], name="messages_recent"),
            models.Index(fields=["organisation", "changed"], name="messages_changed"),
        ]

    def __str__(self) -> str:
        return self.name


class Translation(models.Model):
    """A message in another language."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(max_length=20)
    subject = models.CharField(max_length=1000, blank=True, default="")
    preheader = models.CharField(max_length=500, blank=True, default="")
    html = models.TextField(blank=True, default="")
    text = models.TextField(blank=True, default="")
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "language"], name="messages_translation_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_id} in {self.language}"


class Content(models.Model):
    """A message as it was when sending began; never changed, shared by equal contents.

    ``snapshot``: every column of Message that rendering needs, and
    ``translations: {language: {subject, preheader, html, text}}``.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL)
    digest = models.CharField(max_length=64)
    snapshot = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "message", "digest"], name="messages_content_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.digest[:8]}"


class Link(models.Model):
    """An address that a content links to; the redirect knows it by number."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64)  # SHA-256 of the url
    url = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "digest"], name="messages_link_once")
        ]

    def __str__(self) -> str:
        return self.url
