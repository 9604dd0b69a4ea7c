"""What must hold for every sentence in Ukrainian and Russian.

The .po files are judged by themselves: whoever runs this may have no gettext.  With
SANDERLING_XGETTEXT=1 the sources are read too, for a sentence that nobody has collected yet.
"""

import ast
import gettext
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.test import Client

import sanderling

LOCALE = Path(sanderling.__file__).parent / "web/locale"
PLACEHOLDER = re.compile(
    r"%%|%\(\w+\)[sd]|%[sd]|%[A-Z]+%"  # Python's, and merge tags
    r"|\$!?\{[^}|]*|\$!\w[\w.]*\([^)]*\)"  # Velocity's, without the words after its '|'
    r"|</?\w+[^>]*>|https?://"
)
both_languages = pytest.mark.parametrize("language", ["uk", "ru"])


class Entry(NamedTuple):
    """One sentence of a .po file; `forms` has several strings where the sentence has a plural."""

    context: str
    singular: str
    plural: str
    forms: tuple[str, ...]
    is_fuzzy: bool


@both_languages
def test_every_sentence_is_translated_and_none_is_a_guess(language):
    sentences = entries(language)
    assert len(sentences) > 1000
    assert [one.singular for one in sentences if one.is_fuzzy] == []
    assert [one.singular for one in sentences if not all(one.forms)] == []


@both_languages
def test_every_plural_has_the_three_forms_of_the_language(language):
    assert [len(one.forms) for one in entries(language) if one.plural] == [3] * sum(
        bool(one.plural) for one in entries(language)
    )


@both_languages
def test_the_placeholders_of_a_translation_are_those_of_the_sentence(language):
    wrong = [
        (one.singular, form)
        for one in entries(language)
        for form in one.forms
        if placeholders(form) != placeholders(one.plural or one.singular)
    ]
    assert wrong == []


@both_languages
def test_the_compiled_file_says_what_the_written_one_says(language):
    catalogue = compiled(language)
    stale = [one.singular for one in entries(language) if said(catalogue, one) != one.forms]
    assert stale == []


@both_languages
@pytest.mark.parametrize(("number", "form"), [(1, 0), (3, 1), (5, 2), (11, 2), (22, 1), (111, 2)])
def test_numbers_choose_their_form(language, number, form):
    catalogue = compiled(language)
    (days,) = (one for one in entries(language) if one.singular == "%d day")
    assert catalogue.ngettext(days.singular, days.plural, number) == days.forms[form]


@pytest.mark.parametrize(
    ("language", "words"), [("uk", "Забули пароль?"), ("ru", "Забыли пароль?")]
)
def test_the_sign_in_page_speaks_the_language_of_the_browser(db, language, words):
    page = Client().get("/sign-in", headers={"Accept-Language": language})
    assert words in page.content.decode()
    assert f'lang="{language}"' in page.content.decode()


def test_the_settings_speak_ukrainian(owner):
    page = owner.get("/settings/members", headers={"Accept-Language": "uk"}).content.decode()
    assert "Додати учасника" in page
    assert "Add a member" not in page


@pytest.mark.skipif(
    "SANDERLING_XGETTEXT" not in os.environ, reason="asked for by SANDERLING_XGETTEXT=1"
)
def test_no_sentence_of_the_sources_is_missing(tmp_path):
    package = shutil.copytree(LOCALE.parents[1], tmp_path / "src/sanderling")
    collect = [sys.executable, "-W", "ignore", "-m", "django", "makemessages"]
    surroundings = {
        "PYTHONPATH": str(package.parent),
        "SANDERLING_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "sanderling.site.settings",
    }
    subprocess.run(
        [*collect, "-l", "uk", "--no-location", "--no-obsolete", "--no-wrap"],
        cwd=package,
        env=os.environ | surroundings,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=120,
    )
    fresh = package / "web/locale/uk/LC_MESSAGES/django.po"
    assert {one[:3] for one in read(fresh)} == {one[:3] for one in entries("uk")}


def entries(language: str) -> list[Entry]:
    """Return every sentence of a language, without the header."""
    return list(read(LOCALE / language / "LC_MESSAGES/django.po"))


def compiled(language: str) -> gettext.GNUTranslations:
    """Return what the pages of a language read."""
    with (LOCALE / language / "LC_MESSAGES/django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def said(catalogue: gettext.GNUTranslations, one: Entry) -> tuple[str, ...]:
    """Return what the compiled catalogue says for an entry, in all its forms."""
    key = f"{one.context}\x04{one.singular}" if one.context else one.singular
    if one.plural:
        return tuple(catalogue.ngettext(key, one.plural, number) for number in (1, 2, 5))
    return (catalogue.gettext(key),)


def read(path: Path) -> Iterator[Entry]:
    """Read a .po file: blank lines part the entries, a keyword goes on until the next one."""
    for block in path.read_text().strip().split("\n\n"):
        parts: dict[str, str] = {}
        keyword = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                keyword, line = line.split(" ", 1)
            parts[keyword] = parts.get(keyword, "") + ast.literal_eval(line)
        if parts["msgid"]:
            yield entry(parts, is_fuzzy=bool(re.search(r"^#,.*\bfuzzy\b", block, re.M)))


def entry(parts: dict[str, str], *, is_fuzzy: bool) -> Entry:
    """Build an entry of the strings behind its keywords."""
    forms = tuple(text for keyword, text in parts.items() if keyword.startswith("msgstr"))
    context, plural = parts.get("msgctxt", ""), parts.get("msgid_plural", "")
    return Entry(context, parts["msgid"], plural, forms, is_fuzzy)


def placeholders(text: str) -> list[str]:
    """Return what a program fills in, in an order of its own: languages order them differently."""
    return sorted(PLACEHOLDER.findall(text))
