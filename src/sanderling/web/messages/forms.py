"""The form of a message, and of its version in another language."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sanderling.contacts import consent
from sanderling.messages.models import Message, Translation

CODE = {"data-editor": "velocity", "spellcheck": "false", "rows": 18}
# What is written for every message; the rest waits folded together.
FIRST = ("name", "subject", "preheader", "html")


class Folded:
    """A form in two parts: what everybody fills in, and what may stay as it is."""

    def first(self: Any) -> list[forms.BoundField]:
        """Return the fields that are always shown."""
        return [field for field in self if field.name in FIRST]

    def further(self: Any) -> list[forms.BoundField]:
        """Return the fields that are folded together."""
        return [field for field in self if field.name not in FIRST]

    def is_unfolded(self: Any) -> bool:
        """Whether the reader must see the folded part: something in it is wrong."""
        return any(field.errors for field in self.further())


class MessageForm(Folded, forms.ModelForm):  # type: ignore[type-arg]
    """What an author writes."""

    tags = forms.CharField(
        label=_("Tags"), required=False, help_text=_("Separated by commas."), max_length=200
    )
    categories = forms.MultipleChoiceField(
        label=_("Subscription categories"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With a category only its subscribers get the message."),
    )

    class Meta:
        model = Message
        fields = (
            "name", "subject", "preheader", "sender_name", "sender_email", "reply_to", "html",
            "text", "language", "utm_campaign", "tags", "categories", "is_strict",
        )  # fmt: skip
        labels = {
            "name": _("Name"),
            "subject": _("Subject"),
            "preheader": _("Preheader"),
            "sender_name": _("Sender's name"),
            "sender_email": _("Sender's address"),
            "reply_to": _("Reply to"),
            "html": _("HTML"),
            "text": _("Text"),
            "language": _("Language"),
            "utm_campaign": _("UTM campaign"),
            "is_strict": _("Leave out people whose rows are missing"),
        }
        help_texts = {
            "subject": _("May hold $!{firstName}, %FIRSTNAME% and rows of data sources."),
            "preheader": _("The line that mail programs show after the subject."),
            "sender_email": _("Empty: the sender of the gateway."),
            "text": _("Empty: made from the HTML."),
            "language": _("The code of the main version's language, such as en."),
            "utm_campaign": _("Added to every link; empty: links stay as they are."),
        }
        widgets = {
            "html": forms.Textarea(attrs=CODE),
            "text": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args: Any, organisation_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(one.key, one.name) for one in consent.categories(organisation_id)]
        self.fields["categories"].choices = known  # type: ignore[attr-defined]
        self.initial["tags"] = ", ".join(self.instance.tags)

    def clean_tags(self) -> list[str]:
        """Return the tags as a list, each once."""
        words = (word.strip() for word in self.cleaned_data["tags"].split(","))
        return list(dict.fromkeys(word for word in words if word))


class LanguageForm(Folded, forms.ModelForm):  # type: ignore[type-arg]
    """A message in another language; an empty part is the main version's."""

    class Meta:
        model = Translation
        fields = ("subject", "preheader", "html", "text")
        labels = {
            "subject": _("Subject"),
            "preheader": _("Preheader"),
            "html": _("HTML"),
            "text": _("Text"),
        }
        widgets = {
            "html": forms.Textarea(attrs=CODE),
            "text": forms.Textarea(attrs={"rows": 6}),
        }
