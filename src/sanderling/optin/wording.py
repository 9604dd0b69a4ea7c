"""What the letter says: built-in words in the product's languages, or the organisation's own.

The built-in words are data and not sentences of a page: a letter is in its reader's language,
whatever the pages of the organisation speak.
"""

import html
from collections.abc import Mapping
from typing import Any

from sanderling.accounts.models import Organisation
from sanderling.messages import checking, freezing, previewing
from sanderling.messages.models import Content
from sanderling.messages.previewing import Preview
from sanderling.optin.models import Setting

NAME = "Double opt-in"
LONGEST_SUBJECT = 1000
WORDS = {
    "en": (
        "Please confirm your subscription to $!organisationName",
        "Please confirm your subscription",
        (
            "Somebody, we hope you, gave this address in a form of $!organisationName. "
            "Press the button, and we shall write to you."
        ),
        "Confirm",
        "If it was not you, do nothing: without your confirmation nothing is sent.",
    ),
    "uk": (
        "Підтвердьте підписку на $!organisationName",
        "Підтвердьте, будь ласка, підписку",
        (
            "Хтось, сподіваємося ви, залишив цю адресу у формі $!organisationName. "
            "Натисніть кнопку, і ми писатимемо вам."
        ),
        "Підтвердити",
        "Якщо це були не ви, нічого не робіть: без підтвердження ми нічого не надсилатимемо.",
    ),
    "ru": (
        "Подтвердите подписку на $!organisationName",
        "Подтвердите, пожалуйста, подписку",
        (
            "Кто-то, надеемся вы, оставил этот адрес в форме $!organisationName. "
            "Нажмите кнопку, и мы будем вам писать."
        ),
        "Подтвердить",
        "Если это были не вы, ничего не делайте: без подтверждения мы ничего не отправим.",
    ),
}
PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>
<body style="margin:0;padding:24px;background:#f4f6fa;font-family:Arial,sans-serif;color:#182433">
<div style="max-width:480px;margin:0 auto;background:#ffffff;border-radius:6px;padding:32px">
<h1 style="font-size:20px;margin:0 0 16px">{title}</h1>
<p style="line-height:1.5">{words}</p>
<p style="margin:24px 0"><a href="$!confirmUrl" style="display:inline-block;background:#066fd1;\
color:#ffffff;padding:12px 24px;border-radius:4px;text-decoration:none">{button}</a></p>
<p style="line-height:1.5;font-size:13px;color:#667382">{otherwise}</p>
</div></body></html>
"""


def content_of(setting: Setting) -> Content:
    """Return the letter, frozen; equal letters are one content."""
    columns, translations = _parts(setting)
    return freezing.freeze_parts(
        setting.organisation_id, columns=columns, translations=translations
    )


def preview(setting: Setting, language: str, *, params: Mapping[str, Any]) -> Preview:
    """Return the letter as a reader of this language gets it."""
    return previewing.preview(
        setting.organisation_id, _draft(setting), params=params, language=language
    )


def letters_of(setting: Setting) -> dict[str, dict[str, str]]:
    """Return the letter by language: the organisation's own words before the built-in ones."""
    built_in = {language: _built_in(language) for language in WORDS}
    own: dict[str, dict[str, str]] = setting.letters
    return built_in | own


def problems_in(setting: Setting, language: str) -> list[str]:
    """Return what is wrong with an own letter."""
    letter = setting.letters[language]
    subject, page = str(letter.get("subject", "")), str(letter.get("html", ""))
    if not subject.strip() or len(subject) > LONGEST_SUBJECT:
        return [f"a subject has 1 to {LONGEST_SUBJECT} characters."]
    if "confirmUrl" not in page:
        return ["the text lacks the link: put $!confirmUrl where the address belongs."]
    columns = {"subject": subject, "html": page, "name": NAME}
    draft = freezing.draft(setting.organisation_id, columns=columns)
    found = checking.problems_in(setting.organisation_id, draft)
    return [str(problem) for problem in found if problem.is_fatal]


def _draft(setting: Setting) -> dict[str, Any]:
    columns, translations = _parts(setting)
    return freezing.draft(setting.organisation_id, columns=columns, translations=translations)


def _parts(setting: Setting) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    letters = letters_of(setting)
    language = Organisation.objects.values_list("language", flat=True).get(
        pk=setting.organisation_id
    )
    main = letters.get(language) or letters["en"]
    columns = {
        "name": NAME,
        "sender_name": setting.sender_name,
        "sender_email": setting.sender_email,
        "language": language,
        **main,
    }
    return columns, {other: letter for other, letter in letters.items() if other != language}


def _built_in(language: str) -> dict[str, str]:
    subject, title, words, button, otherwise = WORDS[language]
    page = PAGE.format(
        language=language,
        title=html.escape(title),
        words=words,
        button=html.escape(button),
        otherwise=html.escape(otherwise),
    )
    return {"subject": subject, "html": page}
