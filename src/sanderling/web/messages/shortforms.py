"""The form of a short message (SMS, Viber, push): the parts and members that its channel has.

Drawn from the channel's table of members (``messages.detailing``), so a member added there is in
the form.  Lists are written a line each, a button as ``action | label | link``.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sanderling.contacts import consent
from sanderling.messages.checking import TITLED
from sanderling.messages.detailing import BUTTONS, DETAILS, Member, Type
from sanderling.messages.models import Channel, Message, Translation
from sanderling.sending import choosing
from sanderling.sending.choosing import NAMES_SENDERS

LABELS = {
    "trackUrls": _("Shorten links and count clicks"),
    "ttlSec": _("Try for so many seconds"),
    "transactional": _("Transactional"),
    "img": _("Picture (address)"),
    "caption": _("Words of the button"),
    "action": _("Address of the button"),
    "smsFallback": _("Send an SMS to whom Viber does not reach"),
    "smsSender": _("Sender of the SMS"),
    "smsContent": _("Text of the SMS"),
    "iosExpirityText": _("Words on iOS when it has expired"),
    "subtitle": _("Subtitle (iOS)"),
    "link": _("Link"),
    "imageSource": _("Picture (address)"),
    "images": _("Pictures (addresses)"),
    "customData": _("Custom data (JSON)"),
    "buttons": _("Buttons"),
    "soundEnabled": _("With a sound"),
    "badgeCount": _("Number on the app's icon"),
}
LONG = frozenset({"smsContent"})


class ShortForm(forms.Form):
    """What an author writes; of a translation only what is read."""

    name = forms.CharField(label=_("Name"), max_length=200)
    sender = forms.CharField(label=_("Sender"), max_length=50)
    title = forms.CharField(label=_("Title"), max_length=1000, required=False)
    text = forms.CharField(
        label=_("Text"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("May hold $!{firstName}, %FIRSTNAME% and rows of data sources."),
    )

    def __init__(
        self,
        *args: Any,
        message: Message,
        translation: Translation | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.channel = message.channel
        version = translation or message
        self.members = dict(DETAILS.get(self.channel, {}))
        if self.channel not in TITLED:
            del self.fields["title"]
        if translation is not None:
            self._drop("name", "sender")
            self.members = {
                name: member
                for name, member in self.members.items()
                if member.type in (Type.TEXT, Type.BUTTONS) and name != "smsSender"
            }
        elif self.channel not in NAMES_SENDERS:
            self._drop("sender")
        for name, member in self.members.items():
            self.fields[name] = _field(name, member, self.channel)
        self.initial = _initial(message, version, self.members, self.channel)
        if translation is None:
            self._add_common(message)
        self.known_senders = choosing.senders_of(message.organisation_id, self.channel)
        if self.known_senders and "sender" in self.fields:
            self.fields["sender"].widget.attrs["list"] = "senders"

    def columns(self) -> dict[str, Any]:
        """Return the columns of ``Message``."""
        found = self.cleaned_data
        return {
            "channel": self.channel,
            "name": found["name"],
            "sender_name": found.get("sender", ""),
            **self.parts(),
            "details": self.details(),
            "language": found["language"],
            "utm_campaign": found["utm_campaign"],
            "tags": [word.strip() for word in found["tags"].split(",") if word.strip()],
            "categories": found["categories"],
            "is_strict": found["is_strict"],
        }

    def parts(self) -> dict[str, str]:
        """Return the parts of a version."""
        parts = {"text": self.cleaned_data["text"]}
        if "title" in self.fields:
            parts["subject"] = self.cleaned_data["title"]
        return parts

    def details(self) -> dict[str, Any]:
        """Return the members that were filled in."""
        found = {
            name: _read(self.cleaned_data.get(name), member, self.channel)
            for name, member in self.members.items()
        }
        return {name: value for name, value in found.items() if value not in (None, "", [], False)}

    def _drop(self, *names: str) -> None:
        for name in names:
            del self.fields[name]

    def _add_common(self, message: Message) -> None:
        known = [(one.key, one.name) for one in consent.categories(message.organisation_id)]
        self.fields["language"] = forms.CharField(
            label=_("Language"), max_length=20, required=False,
            help_text=_("The code of the main version's language, such as en."),
        )  # fmt: skip
        self.fields["utm_campaign"] = forms.CharField(
            label=_("UTM campaign"), max_length=400, required=False,
            help_text=_("Added to every link; empty: links stay as they are."),
        )  # fmt: skip
        self.fields["tags"] = forms.CharField(
            label=_("Tags"), max_length=200, required=False, help_text=_("Separated by commas.")
        )
        self.fields["categories"] = forms.MultipleChoiceField(
            label=_("Subscription categories"), required=False, choices=known,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("With a category only its subscribers get the message."),
        )  # fmt: skip
        self.fields["is_strict"] = forms.BooleanField(
            label=_("Leave out people whose rows are missing"), required=False
        )


def _field(name: str, member: Member, channel: str) -> forms.Field:
    common: dict[str, Any] = {"label": LABELS.get(name, name), "required": False}
    match member.type:
        case Type.FLAG:
            return forms.BooleanField(**common)
        case Type.NUMBER:
            return forms.IntegerField(min_value=0, max_value=member.most, **common)
        case Type.TEXTS:
            return forms.CharField(
                widget=forms.Textarea(attrs={"rows": 2}), help_text=_("A line each."), **common
            )
        case Type.BUTTONS:
            order = " | ".join(_order(channel))
            return forms.CharField(
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("A line each: %s") % order,
                **common,
            )
    if member.type is Type.JSON or name in LONG:
        return forms.CharField(
            widget=forms.Textarea(attrs={"rows": 3}), max_length=member.most, **common
        )
    return forms.CharField(max_length=member.most, **common)


def _order(channel: str) -> list[str]:
    """Return the members of a button in the order in which a line names them."""
    needed, allowed = BUTTONS[Channel(channel)]
    return [*needed, *(one for one in allowed if one == "link")]


def _read(given: Any, member: Member, channel: str) -> Any:
    if member.type is Type.TEXTS:
        return [line.strip() for line in (given or "").splitlines() if line.strip()]
    if member.type is Type.BUTTONS:
        lines = [line for line in (given or "").splitlines() if line.strip()]
        parts = ([part.strip() for part in line.split("|")] for line in lines)
        return [
            {name: part for name, part in zip(_order(channel), one, strict=False) if part}
            for one in parts
        ]
    return given


def _written(value: Any, member: Member, channel: str) -> Any:
    if member.type is Type.TEXTS:
        return "\n".join(value or [])
    if member.type is Type.BUTTONS:
        lines = (" | ".join(one.get(n, "") for n in _order(channel)) for one in value or [])
        return "\n".join(line.rstrip(" |") for line in lines)
    return value


def _initial(
    message: Message, version: Message | Translation, members: dict[str, Member], channel: str
) -> dict[str, Any]:
    details = {
        name: _written(version.details.get(name), member, channel)
        for name, member in members.items()
    }
    return details | {
        "name": message.name,
        "sender": message.sender_name,
        "title": version.subject,
        "text": version.text,
        "language": message.language,
        "utm_campaign": message.utm_campaign,
        "tags": ", ".join(message.tags),
        "categories": message.categories,
        "is_strict": message.is_strict,
    }
