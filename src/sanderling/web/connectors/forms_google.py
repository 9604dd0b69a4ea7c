"""What the forms of Google's services have in common: a key file that is never shown again."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sanderling.connectors.drivers.keyfiles import LONGEST
from sanderling.web.connectors.forms import contact_fields, parted, show_problems


class GoogleForm(forms.Form):
    """Name, key file, and the field that pairs contacts with rows; the room checks it."""

    name = forms.CharField(label=_("Name"), max_length=200)
    key_file = forms.FileField(
        label=_("Key file"),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
        help_text=_(
            "The JSON key of a service account. In the Google Cloud console: IAM & Admin → "
            "Service accounts → Keys → Add key → JSON."
        ),
    )
    contact_key = forms.ChoiceField(label=_("Contact field"))

    def __init__(self, *args: Any, organisation_id: int, stored: bool = False, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["contact_key"].choices = contact_fields(organisation_id)  # type: ignore[attr-defined]
        if stored:
            self.fields["key_file"].required = False
            self.fields["key_file"].help_text = _("Choose a file only to replace the stored key.")

    def typed(self) -> dict[str, Any]:
        """Return what is filled in, also when it is not complete, as drafts want it."""
        typed: dict[str, Any] = {name: self.data.get(name, "") for name in self.fields}
        typed["contact_key"], typed["field_id"] = parted(typed["contact_key"])
        file = self.files.get("key_file")
        typed["key_file"] = file.read(LONGEST + 1).decode(errors="replace") if file else ""
        return typed

    def take_problems(self, problems: dict[str, list[str]]) -> None:
        """Show problems at their fields."""
        show_problems(self, problems)
