"""The stored codes that pages show, in the reader's words."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanderling.messages.models import Channel

register = template.Library()

WORDS: dict[str, str | Promise] = {
    **{channel.value: channel.label for channel in Channel},
    "EMAIL": Channel.EMAIL.label,
    "SMS": Channel.SMS.label,
    "VIBER": Channel.VIBER.label,
    "UNSUBSCRIBED": _("Unsubscribed"),
    "SPAM": _("Complained of spam"),
    "HARD_BOUNCE": _("The address does not exist"),
    "MANUAL": _("Added by hand"),
}


@register.filter
def in_words(code: object) -> object:
    """Return what a code means; one that nobody knows as it is."""
    return WORDS.get(str(code), code)
