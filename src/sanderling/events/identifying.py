"""Who an event is about: read from its parameters by their names (api.md §4.8, §4.10)."""

from typing import Any

from sanderling.contacts.recognising import LARGEST_ID, Identity

# Names are compared without case; the member of Identity that each one fills.
MEMBERS = {
    "contactid": "contact_id",
    "contact_id": "contact_id",
    "externalcustomerid": "external_id",
    "email": "email",
    "emailaddress": "email",
    "useremail": "email",
    "contactemail": "email",
    "phone": "phone",
    "sms": "phone",
    "phonenumber": "phone",
    "pushtoken": "token",
}


def identity_of(params: dict[str, Any]) -> Identity:
    """Return who the parameters name; of two parameters of one kind the first counts."""
    found: dict[str, Any] = {}
    for name, value in params.items():
        member = MEMBERS.get(name.lower())
        if member and member not in found and (text := _text(value)):
            found[member] = text
    found["contact_id"] = _number(found.get("contact_id", ""))
    return Identity(**found)


def _text(value: Any) -> str:
    """Return a scalar as text; blank, "null" and nested values name nobody."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).strip()
    return "" if text.lower() == "null" else text


def _number(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_ID:
        return int(text)
    return None
