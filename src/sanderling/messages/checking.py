"""Everything that is wrong with a message before it is sent, all at once."""

from collections.abc import Iterator, Mapping
from typing import Any

from sanderling import velocity
from sanderling.contacts.models import Category
from sanderling.messages import freezing, names, short
from sanderling.messages.models import Channel, Message
from sanderling.messages.preparing import prepare
from sanderling.messages.problems import Problem, of_finding
from sanderling.messages.rendering import HTML, OFFERED, TEXT, parts_of
from sanderling.sources.models import DataSource, PreparedFile

TITLED = frozenset({Channel.MOBILE_PUSH, Channel.WEB_PUSH, Channel.APP_INBOX})


def problems_of(message: Message) -> list[Problem]:
    """Return every problem of a message in all its languages; fatal ones forbid sending."""
    snapshot = freezing.draft(
        message.organisation_id,
        columns=freezing.columns_of(message),
        translations=freezing.translations_of(message),
    )
    return problems_in(message.organisation_id, snapshot)


def problems_in(organisation_id: int, snapshot: Mapping[str, Any]) -> list[Problem]:
    """Return every problem of a draft or frozen snapshot."""
    known = {
        named
        for model in (DataSource, PreparedFile)
        for named in model.objects.filter(organisation_id=organisation_id).values_list("name", "id")
    }
    sources = {name for name, _ in known} | {str(number) for _, number in known}
    found = list(_of_categories(organisation_id, snapshot["categories"]))
    for language in ["", *snapshot["translations"]]:
        parts = parts_of(snapshot, language)
        if snapshot["channel"] == Channel.EMAIL:
            found += _of_emptiness(parts, language)
        else:
            found += _of_shortness(snapshot["channel"], parts, language)
            parts = _texts_only(parts) | dict(short.leaves(short.details_of(snapshot, language)))
        found += _of_templates(parts, snapshot["fields"], sources, language)
    return list(dict.fromkeys(found))


def fatal(problems: list[Problem]) -> list[Problem]:
    """Return those that must be mended before sending."""
    return [problem for problem in problems if problem.is_fatal]


def _of_emptiness(parts: Mapping[str, str], language: str) -> Iterator[Problem]:
    if not parts["subject"].strip():
        yield Problem("subject", "The message has no subject.", language=language)
    if not parts["html"].strip() and not parts["text"].strip():
        yield Problem("html", "The message is empty.", language=language)
    elif parts["html"] and "unsubscribeurl" not in parts["html"].lower():
        yield Problem(
            "html",
            "There is no link to unsubscribe: put $!unsubscribeUrl into one.",
            language=language,
            is_fatal=False,
        )


def _texts_only(parts: Mapping[str, Any]) -> dict[str, str]:
    """Return the parts without the members of a channel, whose texts are parts of their own."""
    return {name: text for name, text in parts.items() if isinstance(text, str)}


def _of_shortness(channel: str, parts: Mapping[str, str], language: str) -> Iterator[Problem]:
    if not parts["text"].strip():
        yield Problem("text", "The message is empty.", language=language)
    if channel in TITLED and not parts["subject"].strip():
        yield Problem("subject", "The message has no title.", language=language)


def _of_templates(
    parts: Mapping[str, str], fields: Mapping[str, int], sources: set[str], language: str
) -> Iterator[Problem]:
    for part, source in parts.items():
        options = HTML if part in ("html", "preheader") else TEXT
        text = prepare(source, fields=fields).text
        checked = velocity.check(text, name=part, options=options)
        for found in checked.problems:
            yield of_finding(found, part, source, fields=fields, language=language)
        if checked.can_be_sent:
            yield from _of_names(part, checked.reads, fields, sources, language)


def _of_names(
    part: str, reads: velocity.Reads, fields: Mapping[str, int], sources: set[str], language: str
) -> Iterator[Problem]:
    """A campaign that reads a source that is not there would send holes to everybody.

    A triggered message may read whatever its event brings: so it is said, not forbidden.
    """
    for key in sorted(reads.sources - sources):
        yield Problem(
            part,
            f"No data source is named “{key}”: in a campaign $data.get('{key}') is empty.",
            language=language,
            is_fatal=False,
        )
    for name in sorted(reads.roots - sources - OFFERED):
        if names.getter_of(name, fields) is None:
            yield Problem(
                part,
                f"“${name}” is neither a field of contacts nor a data source: it is left empty.",
                language=language,
                is_fatal=False,
            )


def _of_categories(organisation_id: int, keys: list[str]) -> Iterator[Problem]:
    known = Category.objects.filter(organisation_id=organisation_id, key__in=keys)
    for key in sorted(set(keys) - set(known.values_list("key", flat=True))):
        yield Problem("categories", f"There is no subscription category “{key}”.")
