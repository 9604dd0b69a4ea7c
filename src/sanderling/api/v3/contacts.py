"""The double opt-in, who became one contact, and the rows that an import refused."""

import uuid
from typing import Any

from sanderling.api.answering import EMPTY, Answer, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Page, Shape
from sanderling.api.times import stamp
from sanderling.contacts import finding, importing, joining
from sanderling.contacts.models import ImportReject
from sanderling.lib.errors import NotFound
from sanderling.optin import asking, saving, wording
from sanderling.optin.models import Confirmation, Setting


class Letter(Shape):
    """What the letter says in one language (Velocity; ``$!confirmUrl`` is the link)."""

    subject: str | None = None
    html: str | None = None


class OptIn(Shape):
    """How the organisation asks; members that are absent stay."""

    mode: str | None = None
    forms: dict[str, str] | None = None
    sender_name: str | None = None
    sender_email: str | None = None
    letters: dict[str, Letter] | None = None
    redirect_url: str | None = None
    waits: bool | None = None
    days: int | None = None


@operation("GET", "/v3/opt-in", summary="How subscriptions are confirmed")
def read_opt_in(call: Call) -> dict[str, Any]:
    """Return the settings of the double opt-in, the letters as they are sent."""
    return _setting(saving.setting_of(call.organisation_id))


@operation("PUT", "/v3/opt-in", summary="Change how subscriptions are confirmed")
def change_opt_in(call: Call, body: OptIn) -> dict[str, Any]:
    """Change what is given; ``forms`` and ``letters`` are replaced as a whole."""
    columns: dict[str, Any] = {
        name: value
        for name in saving.EDITABLE
        if (value := getattr(body, name)) is not None and name != "letters"
    }
    if body.letters is not None:
        columns["letters"] = {
            language: {"subject": one.subject or "", "html": one.html or ""}
            for language, one in body.letters.items()
        }
    return _setting(saving.save(call.organisation_id, by=call.actor, **columns))


@operation(
    "GET", "/v3/contacts/{contact_id}/confirmation", summary="How a contact's confirmation stands"
)
def read_confirmation(call: Call, contact_id: int) -> dict[str, Any]:
    """Return the status of the address, what was asked and what was answered."""
    contact = finding.get(call.organisation_id, contact_id)
    question = asking.open_question(call.organisation_id, contact_id)
    answer = asking.last_answer(call.organisation_id, contact_id)
    return present(
        emailStatus=contact.email_status if contact.email else None,
        asked=_confirmation(question) if question else None,
        confirmed=_confirmation(answer) if answer else None,
    )


@operation(
    "POST", "/v3/contacts/{contact_id}/confirmation", summary="Ask a contact for confirmation"
)
def ask_for_confirmation(call: Call, contact_id: int) -> Answer:
    """Send the letter once more; 409 where there is nothing to confirm or one has just left."""
    asking.remind(call.organisation_id, contact_id, by=call.actor)
    return EMPTY


@operation("GET", "/v3/contacts/{contact_id}/joined", summary="Who became a part of a contact")
def joined(call: Call, contact_id: int) -> list[dict[str, Any]]:
    """Return the devices' contacts that turned out to be this one, newest first."""
    finding.get(call.organisation_id, contact_id)
    return [
        {"contactId": one.former_id, "reason": one.reason, "at": stamp(one.at)}
        for one in joining.joined_into(call.organisation_id, contact_id)
    ]


@operation("GET", "/v3/imports/{session_id}/rejected", summary="Rows that an import refused")
def rejected(call: Call, session_id: str, query: Page) -> list[dict[str, Any]]:
    """Return a page of refused rows with line and reason; ``session_id`` as in importstatus."""
    try:
        run = importing.by_session(call.organisation_id, uuid.UUID(session_id))
    except ValueError as error:
        raise NotFound from error
    rows = ImportReject.objects.filter(import_run=run).order_by("line")[query.window()]
    return [{"line": one.line, "reason": one.reason, "row": one.row} for one in rows]


def _setting(setting: Setting) -> dict[str, Any]:
    return {
        "mode": setting.mode,
        "forms": setting.forms,
        "senderName": setting.sender_name,
        "senderEmail": setting.sender_email,
        "letters": wording.letters_of(setting),
        "redirectUrl": setting.redirect_url,
        "waits": setting.waits,
        "days": setting.days,
    }


def _confirmation(one: Confirmation) -> dict[str, Any]:
    return present(
        address=one.address,
        formType=one.form_type or None,
        letters=one.letters,
        askedAt=stamp(one.asked_at),
        expiresAt=stamp(one.expires_at),
        confirmedAt=stamp(one.confirmed_at) if one.confirmed_at else None,
    )
