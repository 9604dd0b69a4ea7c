"""Creating and changing messages; a campaign under way keeps its frozen content."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.lib.errors import Conflict, Invalid, NotFound
from sanderling.messages import detailing
from sanderling.messages.freezing import COLUMNS, PARTS
from sanderling.messages.models import Message, Translation

EDITABLE = frozenset({*COLUMNS, "annoyance"})
LONGEST_PART = 512_000  # what the template engine accepts


def get(organisation_id: int, message_id: int) -> Message:
    """Return a message of this organisation."""
    found = Message.objects.filter(organisation_id=organisation_id, pk=message_id).first()
    if found is None:
        raise NotFound("There is no such message.")
    return found


def messages_of(
    organisation_id: int,
    *,
    search: str = "",
    channel: str = "",
    before_id: int | None = None,
    limit: int = 50,
) -> list[Message]:
    """Return messages, newest first; ``before_id`` continues a page."""
    rows = Message.objects.filter(organisation_id=organisation_id)
    if channel:
        rows = rows.filter(channel=channel)
    if search:
        rows = rows.filter(name__icontains=search)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return list(rows.order_by("-pk")[:limit])


def save(
    organisation_id: int, *, by: Actor, message_id: int | None = None, **columns: Any
) -> Message:
    """Create a message, or change the given columns of one.

    Columns are those of ``Message``; raises Invalid with the problems of each.
    """
    require(by, Permission.EDIT_MESSAGES)
    if unknown := sorted(set(columns) - EDITABLE):
        raise Invalid(problems={name: ["A message has no such field."] for name in unknown})
    message = get(organisation_id, message_id) if message_id else Message()
    message.organisation_id = organisation_id
    for name, value in columns.items():
        setattr(message, name, value)
    _check(message)
    if message_id:
        message.save(update_fields=[*columns, "updated_at"])
    else:
        message.save()
    auditing.record(by, "message.save", message.pk, name=message.name)
    return message


def copy(organisation_id: int, message_id: int, *, by: Actor) -> Message:
    """Return a new message with the same content and translations."""
    original = kept(get(organisation_id, message_id))
    original["columns"]["name"] = f"{original['columns']['name'][:180]} (copy)"
    return write_again(organisation_id, original, by=by)


def kept(message: Message) -> dict[str, Any]:
    """Return all that was written, as JSON: what ``write_again`` takes."""
    return {
        "columns": {name: getattr(message, name) for name in EDITABLE},
        "translations": {
            translation.language: {part: getattr(translation, part) for part in (*PARTS, "details")}
            for translation in message.translations.all()
        },
    }


@transaction.atomic
def write_again(organisation_id: int, kept: Mapping[str, Any], *, by: Actor) -> Message:
    """Return a new message with the content of one that is kept, in all its languages."""
    made = save(organisation_id, by=by, **kept["columns"])
    for language, parts in kept["translations"].items():
        translate(organisation_id, made.pk, language, by=by, **parts)
    return made


def delete(organisation_id: int, message_id: int, *, by: Actor) -> None:
    """Delete a message that no campaign names; what was sent keeps its frozen content."""
    require(by, Permission.EDIT_MESSAGES)
    message = get(organisation_id, message_id)
    try:
        with transaction.atomic():
            message.delete()
    except ProtectedError as error:
        used = ", ".join(sorted({str(user) for user in error.protected_objects})[:3])
        raise Conflict(f"“{message.name}” is used by: {used}.") from error
    auditing.record(by, "message.delete", message_id, name=message.name)


def translate(
    organisation_id: int,
    message_id: int,
    language: str,
    *,
    by: Actor,
    details: Mapping[str, Any] | None = None,
    **parts: str,
) -> Translation:
    """Set the version of a message in another language."""
    require(by, Permission.EDIT_MESSAGES)
    message = get(organisation_id, message_id)
    language = language.strip().lower()
    if not language or len(language) > 20:
        raise Invalid(problems={"language": ["Give the code of a language, such as uk."]})
    _check_sizes(parts)
    columns: dict[str, Any] = {"organisation_id": organisation_id, **parts}
    if details is not None:
        _check_details(message.channel, details, is_whole=False)
        columns["details"] = dict(details)
    row, _ = Translation.objects.update_or_create(
        message=message, language=language, defaults=columns
    )
    message.save(update_fields=["updated_at"])
    auditing.record(by, "message.translate", message_id, language=language)
    return row


def remove_translation(organisation_id: int, message_id: int, language: str, *, by: Actor) -> None:
    """Take a language away; its readers get the main version."""
    require(by, Permission.EDIT_MESSAGES)
    message = get(organisation_id, message_id)
    gone, _ = message.translations.filter(language=language.strip().lower()).delete()
    if not gone:
        raise NotFound("The message has no version in this language.")
    message.save(update_fields=["updated_at"])
    auditing.record(by, "message.untranslate", message_id, language=language)


def _check(message: Message) -> None:
    problems: dict[str, list[str]] = {}
    if not message.name.strip():
        problems["name"] = ["Give the message a name."]
    for name in EDITABLE:
        limit = getattr(Message._meta.get_field(name), "max_length", None)
        value = getattr(message, name)
        if limit and isinstance(value, str) and len(value) > limit:
            problems[name] = [f"At most {limit} characters."]
        if isinstance(value, str) and "\0" in value:
            problems[name] = ["It holds a character that is no character."]
    if problems:
        raise Invalid(problems=problems)
    _check_sizes({part: getattr(message, part) for part in PARTS})
    _check_details(message.channel, message.details, is_whole=True)


def _check_details(channel: str, details: Mapping[str, Any], *, is_whole: bool) -> None:
    if problems := detailing.problems_of(channel, details, is_whole=is_whole):
        raise Invalid(problems=problems)


def _check_sizes(parts: Mapping[str, str]) -> None:
    for part, text in parts.items():
        if part not in PARTS:
            raise Invalid(problems={part: ["A translation has no such field."]})
        if len(text) > LONGEST_PART:
            raise Invalid(problems={part: [f"At most {LONGEST_PART:,} characters."]})
