"""Letting the app of one contact read its inbox (api.md §7.3)."""

from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Shape
from sanderling.appinbox import sessions
from sanderling.contacts.recognising import NOBODY, Identity, recognise
from sanderling.lib.errors import Invalid, NotFound
from sanderling.websites import visiting


class WhoseToken(Shape):
    """A contact, named in any of these ways; the strongest that somebody bears counts."""

    email: str | None = None
    phone: str | None = None
    external_customer_id: str | None = None
    extid: str | None = None  # as one shop's plugin calls it
    user_pseudo_id: str | None = None
    cookie: str | None = None


@operation("POST", "/v1/auth/contact/token", summary="Token for a contact's app inbox")
def contact_token(call: Call, body: WhoseToken) -> dict[str, str]:
    """Return the token of the first call; every answer brings the next in ``ES-TOKEN``."""
    who = Identity(
        external_id=body.external_customer_id or body.extid or "",
        email=body.email or "",
        phone=body.phone or "",
    )
    browsers = [one for one in (body.cookie, body.user_pseudo_id) if one]
    if not any(who.names()) and not browsers:
        raise Invalid("email, phone, externalCustomerId, userPseudoId or cookie must be specified.")
    (found,) = recognise(call.organisation_id, [who])
    if found == NOBODY:
        found = visiting.owner_of(call.organisation_id, browsers)
    if found == NOBODY:
        raise NotFound("Contact not found")
    return {"token": sessions.begin(call.organisation_id, found)}
