"""How subscriptions are confirmed: which forms ask, what the letter says in each language."""

import copy
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.rights import Permission
from sanderling.contacts import validating
from sanderling.lib.errors import Invalid
from sanderling.optin import asking, saving, wording
from sanderling.optin.models import Mode, Setting
from sanderling.web.framing import in_frame
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest

AS_ABOVE = ""


class OptInForm(forms.Form):
    """What holds for all forms, and a row for each form type that is known."""

    mode = forms.ChoiceField(label=_("When somebody fills in a form"), choices=Mode.choices)
    waits = forms.BooleanField(
        label=_("Lists and categories of the form are given only with the confirmation"),
        required=False,
    )
    days = forms.IntegerField(
        label=_("A link works for so many days"), min_value=1, max_value=saving.LONGEST_LIFE
    )
    redirect_url = forms.CharField(
        label=_("Page of thanks"),
        required=False,
        max_length=1000,
        help_text=_("An address of yours, where people go after confirming. Empty: our page."),
    )
    sender_name = forms.CharField(label=_("Sender's name"), required=False, max_length=200)
    sender_email = forms.CharField(
        label=_("Sender's address"),
        required=False,
        max_length=254,
        help_text=_("Empty: the sender of your other mail."),
    )
    new_form = forms.CharField(
        label=_("Another form"),
        required=False,
        max_length=100,
        help_text=_("Its formType, as your site sends it."),
    )
    new_mode = forms.ChoiceField(
        label=_("What happens there"), choices=Mode.choices, required=False
    )

    def __init__(self, *args: Any, setting: Setting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = saving.form_types(setting)
        for at, form_type in enumerate(self.rows):
            self.fields[f"form-{at}"] = forms.ChoiceField(
                label=form_type,
                choices=[(AS_ABOVE, _("As above")), *Mode.choices],
                required=False,
                initial=setting.forms.get(form_type, AS_ABOVE),
            )

    def form_rows(self) -> list[forms.BoundField]:
        """Return the choices of the known forms."""
        return [self[f"form-{at}"] for at in range(len(self.rows))]

    def columns(self) -> dict[str, Any]:
        """Return what is said, as ``saving.save`` takes it."""
        said = self.cleaned_data
        modes = {name: said[f"form-{at}"] for at, name in enumerate(self.rows)}
        if new := said["new_form"].strip():
            modes[new] = said["new_mode"] or Mode.LETTER
        plain = ("mode", "waits", "days", "redirect_url", "sender_name", "sender_email")
        return {name: said[name] for name in plain} | {
            "forms": {name: mode for name, mode in modes.items() if mode}
        }


class LetterForm(forms.Form):
    """The letter in one language."""

    subject = forms.CharField(label=_("Subject"), max_length=wording.LONGEST_SUBJECT)
    html = forms.CharField(
        label=_("Text (HTML)"),
        widget=forms.Textarea(attrs={"rows": 16, "class": "font-monospace", "spellcheck": "false"}),
        help_text=_("$!confirmUrl is the link, $!organisationName your name, $!formType the form."),
    )


@allowed(Permission.ADMINISTER)
def edit(request: PersonRequest) -> HttpResponseBase:
    """Show and change how subscriptions are confirmed."""
    setting = saving.setting_of(request.organisation.pk)
    form = OptInForm(request.POST or None, setting=setting, initial=_initial(setting))
    if request.method == "POST" and form.is_valid():
        try:
            saving.save(request.organisation.pk, by=request.actor, **form.columns())
        except Invalid as refusal:
            _explain(form, refusal)
        else:
            messages.success(request, __("Saved."))
            return redirect("settings-optin")
    shown = {"form": form, "languages": _languages(setting)}
    return render(request, "settings/optin.html", shown)


@allowed(Permission.ADMINISTER)
def letter(request: PersonRequest) -> HttpResponseBase:
    """Show and change the letter in one language, or take the own words away."""
    language = _language(request)
    setting = saving.setting_of(request.organisation.pk)
    form = LetterForm(request.POST or None, initial=_words(setting, language))
    own = setting.letters
    if request.method == "POST" and request.POST.get("do") == "reset":
        rest = {name: words for name, words in own.items() if name != language}
        saving.save(request.organisation.pk, by=request.actor, letters=rest)
        messages.success(request, __("The built-in words are back."))
        return redirect("settings-optin")
    if request.method == "POST" and form.is_valid():
        try:
            letters = own | {language: form.cleaned_data}
            saving.save(request.organisation.pk, by=request.actor, letters=letters)
        except Invalid as refusal:
            _explain(form, refusal)
        else:
            messages.success(request, __("Saved."))
            return redirect(f"{reverse('settings-optin-letter')}?language={language}")
    shown = {
        "form": form,
        "language": language,
        "is_own": language in own,
        "languages": _languages(setting),
    }
    return render(request, "settings/optin_letter.html", shown)


@allowed(Permission.ADMINISTER)
def preview(request: PersonRequest) -> HttpResponse:
    """Return the letter in a frame: what is typed, or what is kept."""
    language = _language(request)
    setting = copy.copy(saving.setting_of(request.organisation.pk))
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in ("subject", "html")}
        setting.letters = setting.letters | {language: typed}
    params = asking.params_of(request.organisation.name, "footer", "#")
    seen = wording.preview(setting, language, params=params)
    if seen.problems:
        words = "\n".join(str(problem) for problem in seen.problems)
        return in_frame(words, content_type="text/plain; charset=utf-8")
    return in_frame(seen.html)


def _language(request: PersonRequest) -> str:
    """Return the language that is asked for, or that of the organisation."""
    asked = validating.language(request.GET.get("language", ""))
    return asked or request.organisation.language


def _initial(setting: Setting) -> dict[str, Any]:
    names = ("mode", "waits", "days", "redirect_url", "sender_name", "sender_email")
    return {name: getattr(setting, name) for name in names}


def _words(setting: Setting, language: str) -> dict[str, str]:
    """Return the letter of a language; a new one begins with the English words."""
    letters = wording.letters_of(setting)
    return letters.get(language) or letters["en"]


def _languages(setting: Setting) -> list[tuple[str, bool]]:
    """Return each language with whether its words are the organisation's own."""
    return [(name, name in setting.letters) for name in sorted(wording.letters_of(setting))]


def _explain(form: forms.Form, refusal: Invalid) -> None:
    for name, sentences in refusal.problems.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)
