"""What a page says of its visitor, read from the wire of the tracker (api.md §7.2).

The body is one ``GeneralInfo`` and one object named after the event.  Clients differ in how they
write that object (one product in an object or in none, products in a list or under ``Products``),
so it is flattened: what a segment asks for stands at the top.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from sanderling.contacts.recognising import LONGEST_EXTERNAL_ID, Identity
from sanderling.lib.errors import Invalid

COOKIE = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Where the payload has another name than the event.
PAYLOADS = {"ProductImpressions": "ProductImpression"}
# What tells one cart or order from another; elsewhere the visitor is the key.
KEYS = {"StatusCart": "GUID", "PurchasedItems": "OrderNumber"}
LIFTED = ("Product", "Category")
ABOUT_PAGE = ("url", "title", "referrer")
PERSONAL = {
    "externalCustomerId": "external_id",
    "user_email": "email",
    "user_phone": "phone",
    "user_name": "name",
}
LONGEST_TEXT = 2_000
LATEST = dt.timedelta(minutes=5)  # clocks of visitors go wrong
OLDEST = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hit:
    """One event of one visitor.  ``cookie`` is empty where a program speaks for a person."""

    cookie: str
    type_key: str
    key_value: str
    params: dict[str, Any]
    who: Identity
    occurred_at: dt.datetime
    ticket: str = ""
    signature: str = ""


def general_of(body: Any) -> dict[str, Any] | None:
    """Return what is said of site, visitor and event; None when the body is no event at all."""
    found = body.get("GeneralInfo") if isinstance(body, dict) else None
    return found if isinstance(found, dict) else None


def site_code_of(general: dict[str, Any]) -> str:
    """Return the code of the site that the page says it belongs to."""
    return _text(general.get("siteId"))[:16]


def hit_of(body: dict[str, Any], general: dict[str, Any], *, now: dt.datetime) -> Hit:
    """Return the event; raises Invalid when it says neither what happened nor to whom."""
    type_key = _text(general.get("eventName"))
    if not type_key:
        raise Invalid("eventName must be specified.")
    cookie = cookie_of(general)
    personal = {**general, **_customer_data(body, type_key)}
    who = identity_of(personal)
    ticket = _text(general.get("ticket"))
    if not cookie and not any(who.names()):
        raise Invalid("cookies.sc must be specified.")
    params = _params(body, general, type_key)
    key_value = _text(params.get(KEYS.get(type_key, ""))) or cookie or next(who.names())[1]
    when = _moment(general.get("datetime"), now)
    signature = signature_of(personal)
    return Hit(cookie, type_key, key_value[:300], params, who, when, ticket, signature)


def cookie_of(general: dict[str, Any]) -> str:
    """Return the visitor's cookie; one that we cannot have made counts as none."""
    cookies = general.get("cookies")
    text = _text(cookies.get("sc")) if isinstance(cookies, dict) else ""
    return text if COOKIE.fullmatch(text) else ""


def signature_of(personal: dict[str, Any]) -> str:
    """Return what proves the names, where a proof is asked for (``naming``)."""
    return _text(personal.get("signature"))


def identity_of(personal: dict[str, Any]) -> Identity:
    """Return what the page says about the person.

    A bare contact id is not believed: ids can be counted through, so a mail's link brings a
    signed ticket instead.
    """
    said = {member: _text(personal.get(name)) for name, member in PERSONAL.items()}
    first, _, last = said["name"].partition(" ")
    return Identity(
        external_id=said["external_id"][:LONGEST_EXTERNAL_ID],
        email=said["email"],
        phone=said["phone"],
        first_name=first,
        last_name=last.strip(),
    )


def _customer_data(body: dict[str, Any], type_key: str) -> dict[str, Any]:
    """Return the members of ``CustomerData``, which some pages send as a payload."""
    found = body.get("CustomerData") if type_key == "CustomerData" else None
    return found if isinstance(found, dict) else {}


def _params(body: dict[str, Any], general: dict[str, Any], type_key: str) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for name, value in body.items():
        if name == "GeneralInfo" or (name == type_key == "CustomerData"):
            continue
        if name in (type_key, PAYLOADS.get(type_key)):
            params.update(_flat(value))
        else:
            params[name] = value
    page = {name: _text(general.get(name))[:LONGEST_TEXT] for name in ABOUT_PAGE}
    return {**params, **{name: text for name, text in page.items() if text and name not in params}}


def _flat(payload: Any) -> dict[str, Any]:
    """Return the payload's members; a single product or category gives up its own."""
    if isinstance(payload, list):
        return {"Products": payload}
    if not isinstance(payload, dict):
        return {}
    found: dict[str, Any] = {}
    for name, value in payload.items():
        if name in LIFTED and isinstance(value, dict):
            found.update(value)
        else:
            found[name] = value
    return found


def _moment(said: Any, now: dt.datetime) -> dt.datetime:
    """Return when it happened, in milliseconds since 1970; what cannot be true is now."""
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 < said < 2**53:
        return now
    moment = dt.datetime.fromtimestamp(said / 1000, dt.UTC) if said < 2**46 else now
    return moment if now - OLDEST <= moment <= now + LATEST else now


def _text(value: Any) -> str:
    """Return a scalar as text; nested values, "null" and nothing are no text."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).strip()
    return "" if text.lower() in ("null", "undefined") else text
