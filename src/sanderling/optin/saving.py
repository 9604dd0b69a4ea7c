"""An organisation's own way of asking: read, checked, kept."""

import re
from collections.abc import Mapping
from typing import Any

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.contacts import validating
from sanderling.events import types
from sanderling.events.models import EventType
from sanderling.lib.errors import Invalid
from sanderling.optin import wording
from sanderling.optin.models import Mode, Setting

EDITABLE = (
    "mode", "forms", "sender_name", "sender_email", "letters", "redirect_url", "waits", "days",
)  # fmt: skip
SEEN = "subscribeFromApi"
LONGEST_LIFE = 90  # days
MOST_FORMS = 200
WEB_ADDRESS = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)


def setting_of(organisation_id: int) -> Setting:
    """Return how an organisation asks; the defaults where it never said."""
    found = Setting.objects.filter(organisation_id=organisation_id).first()
    return found or Setting(organisation_id=organisation_id)


def form_types(setting: Setting) -> list[str]:
    """Return the forms that are known: named in the settings, or seen in an event."""
    seen = EventType.objects.filter(
        organisation_id=setting.organisation_id, key__startswith=f"{SEEN}-"
    ).values_list("key", flat=True)
    found = {key.removeprefix(f"{SEEN}-") for key in seen}
    return sorted(found | set(setting.forms))[:MOST_FORMS]


def save(organisation_id: int, *, by: Actor, **columns: Any) -> Setting:
    """Change the given columns; raises Invalid with every problem, and changes nothing."""
    require(by, Permission.ADMINISTER)
    if unknown := sorted(set(columns) - set(EDITABLE)):
        raise Invalid(problems={name: ["There is no such setting."] for name in unknown})
    setting = setting_of(organisation_id)
    for name, value in columns.items():
        setattr(setting, name, value)
    if problems := _problems(setting):
        raise Invalid(problems=problems)
    setting.save()
    auditing.record(by, "optin.save", organisation_id, changed=sorted(columns))
    return setting


def _problems(setting: Setting) -> dict[str, list[str]]:
    found = {
        "mode": _of_mode(setting.mode),
        "forms": _of_forms(setting.forms),
        "sender_email": _of_sender(setting.sender_email),
        "sender_name": _of_name(setting.sender_name),
        "redirect_url": _of_address(setting.redirect_url),
        "days": _of_days(setting.days),
        "letters": _of_letters(setting),
    }
    return {name: problems for name, problems in found.items() if problems}


def _of_mode(mode: str) -> list[str]:
    return [] if mode in Mode.values else [f"Choose one of: {', '.join(Mode.values)}."]


def _of_forms(forms: Mapping[str, str]) -> list[str]:
    if len(forms) > MOST_FORMS:
        return [f"At most {MOST_FORMS} forms."]
    for form_type, mode in forms.items():
        try:
            types.check_key(f"subscribeUpdateFromApi-{form_type}")
        except Invalid:
            return [f"No form can be called {form_type[:80]}."]
        if mode not in Mode.values:
            return _of_mode(mode)
    return []


def _of_sender(address: str) -> list[str]:
    if address and validating.email(address) is None:
        return ["This is no e-mail address."]
    return []


def _of_name(name: str) -> list[str]:
    return ["At most 200 characters."] if len(name) > 200 else []


def _of_address(url: str) -> list[str]:
    if url and (len(url) > 1000 or not WEB_ADDRESS.fullmatch(url)):
        return ["Give an address that begins with https:// or http://."]
    return []


def _of_days(days: int) -> list[str]:
    if not 1 <= days <= LONGEST_LIFE:
        return [f"From 1 to {LONGEST_LIFE} days."]
    return []


def _of_letters(setting: Setting) -> list[str]:
    """Return what is wrong with the own letters: a link is missing, or it does not compile."""
    problems = []
    for language in setting.letters:
        if validating.language(language) is None:
            problems.append(f"{language[:20]} is no language.")
            continue
        problems += [f"{language}: {problem}" for problem in wording.problems_in(setting, language)]
    return problems
