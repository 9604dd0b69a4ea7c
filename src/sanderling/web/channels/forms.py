"""The form of a gateway: what every gateway has, and what its kind asks for."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sanderling.sending import secrets
from sanderling.sending.carriers import Kind
from sanderling.sending.carriers.carrier import Asked
from sanderling.sending.choosing import NAMES_SENDERS
from sanderling.sending.models import Gateway

CODE = {"rows": 22, "spellcheck": "false", "class": "font-monospace"}
STORED = _("Empty: the stored one stays.")


class GatewayForm(forms.Form):
    """Name, senders, pace; and a field for everything that the kind asks for."""

    name = forms.CharField(
        label=_("Name"), max_length=100, required=False, help_text=_("For yourselves.")
    )
    senders = forms.CharField(
        label=_("Senders"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What messages may name as their sender, a line each."),
    )
    per_minute = forms.IntegerField(
        label=_("Messages a minute"),
        min_value=0,
        max_value=10_000_000,
        help_text=_("0: as fast as the provider takes them."),
    )

    def __init__(self, *args: Any, gateway: Gateway, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        stored = secrets.of(gateway)
        if gateway.channel not in NAMES_SENDERS:
            del self.fields["senders"]
        for asked in kind.asks:
            self.fields[asked.name] = _field(asked, is_stored=asked.name in stored)
        self.initial = {
            "name": gateway.name,
            "senders": "\n".join(gateway.senders),
            "per_minute": gateway.per_minute,
            **{one.name: _shown(one, gateway) for one in kind.asks if not one.is_secret},
        }

    def given(self) -> dict[str, Any]:
        """Return what ``connecting.save`` takes."""
        found = self.cleaned_data
        asks = self.kind.asks
        return {
            "name": found["name"],
            "senders": found.get("senders", "").splitlines(),
            "per_minute": found["per_minute"],
            "settings": {
                one.name: found[one.name] for one in asks if not one.is_secret and found[one.name]
            },
            "secret": {one.name: found[one.name] for one in asks if one.is_secret},
        }


class _Json(forms.CharField):
    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return json.loads(text) if text else None
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(_("This is not JSON: %s") % error) from error


def _field(asked: Asked, *, is_stored: bool) -> forms.Field:
    hint = STORED if is_stored else asked.hint
    common: dict[str, Any] = {
        "label": asked.label,
        "required": asked.is_required and not is_stored,
        "help_text": hint,
    }
    if asked.is_json:
        return _Json(widget=forms.Textarea(attrs=CODE), max_length=20_000, **common)
    if asked.is_long:
        return forms.CharField(
            widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
            max_length=20_000,
            **common,
        )
    if asked.is_secret:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(widget=widget, strip=False, max_length=1000, **common)
    return forms.CharField(max_length=500, **common)


def _shown(asked: Asked, gateway: Gateway) -> Any:
    value = gateway.settings.get(asked.name, asked.usual)
    return json.dumps(value, indent=2, ensure_ascii=False) if asked.is_json else value
