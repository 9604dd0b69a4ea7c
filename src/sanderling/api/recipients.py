"""The people that a call wants to write to: read, judged one by one, found or added.

What is wrong with one of them is told in its row of the answer, and the others get their message.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sanderling.accounts.actors import Actor
from sanderling.api.shapes import Id, Shape
from sanderling.contacts import validating
from sanderling.contacts.models import Source
from sanderling.contacts.recognising import NOBODY, Identity, recognise, recognise_or_add
from sanderling.lib.errors import Invalid
from sanderling.messages.models import Channel

MOST = 1000


class Recipient(Shape):
    """Who gets a prepared message; of three names the first that is there counts.

    Old programs write the locator as ``email``; newer ones have a truth value of that name.
    """

    contact_id: Id | None = None
    external_customer_id: str | None = None
    locator: str | None = None
    email: Any = None
    json_param: Any = None
    external_request_id: str | None = None
    language_code: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A recipient after reading: where the answer's row goes, and what will be asked for."""

    locator: str
    identity: Identity
    params: dict[str, Any] | None
    language: str
    problem: str = ""
    external_id: str = ""


def check_number(recipients: Sequence[Recipient]) -> None:
    """Raise Invalid for nobody, and for more than a call takes."""
    if not recipients:
        raise Invalid("recipients must be specified.")
    if len(recipients) > MOST:
        raise Invalid(f"A call takes at most {MOST} recipients.")


def wish_of(sent: Recipient, channel: str) -> Wish:
    """Read a recipient: contactId before externalCustomerId before locator (api.md §4.7)."""
    locator = (sent.locator or _old_locator(sent)).strip()
    shown = locator or sent.external_customer_id or str(sent.contact_id or "")
    params, problem = _params(sent.json_param)
    identity = Identity()
    if sent.contact_id is not None:
        identity = Identity(contact_id=sent.contact_id)
    elif sent.external_customer_id:
        identity = _located(locator, channel, external_id=sent.external_customer_id)
    elif locator:
        identity = _located(locator, channel)
        problem = problem or _locator_problem(locator, channel)
    else:
        problem = "contactId, externalCustomerId or locator must be specified"
    return Wish(
        shown,
        identity,
        params,
        (sent.language_code or "")[:20],
        problem,
        sent.external_request_id or "",
    )


def _old_locator(sent: Recipient) -> str:
    return sent.email if isinstance(sent.email, str) and "@" in sent.email else ""


def _located(locator: str, channel: str, *, external_id: str = "") -> Identity:
    if channel == Channel.EMAIL:
        return Identity(external_id=external_id, email=locator if "@" in locator else "")
    if channel in (Channel.SMS, Channel.VIBER):
        return Identity(external_id=external_id, phone=locator)
    return Identity(external_id=external_id, token=f"0:{locator}" if locator else "")


def _locator_problem(locator: str, channel: str) -> str:
    if channel == Channel.EMAIL and not validating.email(locator):
        return f"'{locator}' is not valid email"
    if channel in (Channel.SMS, Channel.VIBER) and not validating.phone(locator):
        return f"'{locator}' is not valid phone"
    return ""


def _params(given: Any) -> tuple[dict[str, Any] | None, str]:
    """Return the data of a recipient: a string with JSON, or leniently the object itself."""
    if given is None or given == "":
        return None, ""
    try:
        read = json.loads(given) if isinstance(given, str) else given
    except (ValueError, RecursionError):
        return None, "jsonParam is not valid JSON"
    if not isinstance(read, dict):
        return None, "jsonParam must be a JSON object"
    if "\\u0000" in json.dumps(read):
        return None, "jsonParam holds a character that is no text"
    return read, ""


def contacts_of(organisation_id: int, wishes: Sequence[Wish], *, by: Actor) -> list[int]:
    """Return the contacts: by id only known ones, by other names also new ones."""
    usable = [at for at, wish in enumerate(wishes) if not wish.problem]
    by_id = [at for at in usable if wishes[at].identity.contact_id is not None]
    named = [at for at in usable if wishes[at].identity.contact_id is None]
    known = recognise(organisation_id, [wishes[at].identity for at in by_id])
    others = recognise_or_add(
        organisation_id, [wishes[at].identity for at in named], source=Source.I_MESSAGE, by=by
    )
    found = dict(zip(by_id, known, strict=True)) | dict(zip(named, others, strict=True))
    return [found.get(at, NOBODY) for at in range(len(wishes))]
