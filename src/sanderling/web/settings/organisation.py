"""The organisation itself: name, time zone, language, currency, approval."""

import zoneinfo
from typing import ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils.translation import gettext_lazy as _

from sanderling.accounts import auditing
from sanderling.accounts.models import Organisation
from sanderling.accounts.rights import Permission
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest

CARDS = (
    (_("Organisation"), _("Name, time zone, language and currency."), "settings-organisation"),
    (_("Members"), _("People of your organisation and what each may do."), "settings-members"),
    (_("API keys"), _("Let your programs in."), "settings-keys"),
    (
        _("Connectors"),
        _("Doors to your own PostgreSQL, BigQuery and Google Sheets."),
        "connectors-list",
    ),
    (_("Additional fields"), _("What else you know about a contact."), "contacts-fields"),
    (_("Suppression list"), _("Addresses that nobody writes to."), "contacts-suppressions"),
    (_("Sending"), _("Your SMTP server, pace and signature."), "sending-gateway"),
    (_("Channels"), _("Gateways of SMS, messengers and push."), "channels-list"),
    (
        _("Website tracking"),
        _("What visitors do on your site, and pushes to their browsers."),
        "websites-list",
    ),
    (_("Subscriptions"), _("How people confirm that they want your mail."), "settings-optin"),
    (_("Revenue"), _("Which message earned which order."), "revenue-rules"),
    (_("For partners"), _("Your own apps, which other organisations connect."), "partners-list"),
    (_("Connected apps"), _("What you have let in, and what it may do."), "partners-connected"),
    (_("Captured mail"), _("What would have been sent."), "inbox-list"),
    (_("Audit trail"), _("Who did what, and when."), "settings-audit"),
)


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an owner may change."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(zone, zone) for zone in sorted(zoneinfo.available_timezones())],
        help_text=_("“Today” in segments and the hours of campaigns are reckoned in it."),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[("en", "English"), ("uk", "Українська"), ("ru", "Русский")]
    )
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$", label=_("Currency"), help_text=_("Three letters, such as EUR.")
    )

    class Meta:
        model = Organisation
        fields = (
            "name", "time_zone", "language", "currency", "second_person", "text_scalars",
            "password_calls",
        )  # fmt: skip
        labels = {
            "name": _("Name"),
            "second_person": _("A second person must approve a campaign before it starts"),
            "text_scalars": _("Old methods of the API write numbers as texts"),
            "password_calls": _("Programs may call with a person's login and password"),
        }
        help_texts: ClassVar = {
            "text_scalars": _(
                'Only for programs that expect "0.0" and "false" of address books, balance,'
                " adding a contact, sending and status."
            ),
            "password_calls": _(
                "Only for programs that cannot be given a key. It holds for owners and marketers."
            ),
        }

    def clean_currency(self) -> str:
        """Return the currency in capitals."""
        return str(self.cleaned_data["currency"]).upper()


@allowed()
def home(request: PersonRequest) -> HttpResponseBase:
    """Show as cards the kinds of settings that this person may see."""
    cards = [
        (title, words, reverse(name)) for title, words, name in CARDS if _is_open(request, name)
    ]
    return render(request, "settings/home.html", {"cards": cards})


@allowed(Permission.ADMINISTER)
def edit(request: PersonRequest) -> HttpResponseBase:
    """Change the organisation."""
    form = OrganisationForm(request.POST or None, instance=request.organisation)
    if request.method == "POST" and form.is_valid():
        form.save()
        auditing.record(request.actor, "organisation.edit", request.organisation.pk)
        messages.success(request, _("Saved."))
        return redirect("settings-organisation")
    return render(request, "settings/organisation.html", {"form": form})


def _is_open(request: PersonRequest, name: str) -> bool:
    """Whether the page lets this person in; it says so itself."""
    needed = getattr(resolve(reverse(name)).func, "permission", None)
    return needed is None or needed in request.actor.permissions
