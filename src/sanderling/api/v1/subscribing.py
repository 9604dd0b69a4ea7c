"""A person fills in a form, or wants no more mail (api.md §5.4.6, §5.4.8)."""

from typing import Any

from sanderling.api import shapes
from sanderling.api.answering import EMPTY, Answer, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.persons import group_names, person_of, register_devices
from sanderling.contacts import adding, consent, finding, lists, suppressing, validating
from sanderling.contacts.models import Contact, EmailStatus, Source
from sanderling.events.recording import NewEvent, record
from sanderling.events.types import check_key
from sanderling.lib.errors import Invalid
from sanderling.optin import asking
from sanderling.optin.asking import Form


@operation(
    "POST", "/v1/contact/subscribe", summary="Subscribe a contact", needs_json=True, repeats=False
)
def subscribe(call: Call, body: shapes.SubscribeContact) -> dict[str, Any]:
    """Add an unconfirmed contact, or update a known one without touching its addresses.

    Who is not confirmed is asked to be, as the organisation has set; one event per call tells
    workflows.  Where a workflow writes the letter, its event brings the link as ConfirmUrl.
    """
    if body.contact is None:
        raise Invalid("contact must be specified.")
    ending = f"-{body.form_type}" if body.form_type else ""
    check_key(f"subscribeUpdateFromApi{ending}")
    contact, is_new = _subscribed(call, body.contact)
    register_devices(call.organisation_id, contact.pk, body.contact, by=call.actor)
    form = Form(
        form_type=body.form_type or "",
        lists=lists.named(
            call.organisation_id,
            list(dict.fromkeys([*(body.groups or ()), *group_names(body.contact)])),
            by=call.actor,
        ),
        categories=consent.known_keys(call.organisation_id, body.subscriptions or []),
    )
    answer = asking.receive(contact, form, by=call.actor)
    kind = "subscribeFromApi" if is_new else "subscribeUpdateFromApi"
    record(call.organisation_id, [_event(f"{kind}{ending}", contact, answer)], by=call.actor)
    return present(
        id=contact.pk,
        emailStatus=answer.status or None,
        new=is_new,
    )


@operation("POST", "/v1/emails/unsubscribed/add", summary="Unsubscribe addresses")
@operation("POST", "/v1/emails/unsubscribe/add", summary="Unsubscribe addresses (alias)")
def unsubscribe(call: Call, body: shapes.Emails) -> Answer:
    """Stop bulk mail to addresses, whoever has them, now and later."""
    suppressing.suppress(
        call.organisation_id,
        suppressing.EMAIL,
        _addresses(body),
        reason=suppressing.Reason.UNSUBSCRIBED,
        by=call.actor,
    )
    return EMPTY


@operation("POST", "/v1/emails/unsubscribed/delete", summary="Allow unsubscribed addresses")
@operation("POST", "/v1/emails/unsubscribe/delete", summary="Allow addresses (alias)")
def resubscribe(call: Call, body: shapes.Emails) -> Answer:
    """Allow bulk mail to addresses again."""
    suppressing.release(call.organisation_id, suppressing.EMAIL, _addresses(body), by=call.actor)
    return EMPTY


def _subscribed(call: Call, sent: shapes.Contact) -> tuple[Contact, bool]:
    """Return the contact and whether it is new.

    Looked for by external id, then e-mail, then phone (api.md §4.4); a contact that has another
    external id is another person, as in the bulk call (§5.4.3, rule 5).
    """
    added = adding.upsert(
        call.organisation_id,
        person_of(sent),
        source=Source.SUBSCRIPTION,
        email_status=EmailStatus.UNCONFIRMED,
        by=call.actor,
        lenient=True,
        keeps_addresses=True,
    )
    return finding.get(call.organisation_id, added.contact_id), added.created


def _event(type_key: str, contact: Contact, answer: asking.Answer) -> NewEvent:
    params = present(
        ContactId=str(contact.pk),
        EmailAddress=contact.email or None,
        ConfirmUrl=answer.confirm_url or None,
    )
    return NewEvent(type_key, str(contact.pk), params=params, contact_id=contact.pk)


def _addresses(body: shapes.Emails) -> list[str]:
    """Return the addresses; what cannot be one is passed over: nobody can be written to there."""
    if not body.emails:
        raise Invalid("emails must be specified.")
    return [address for one in body.emails if (address := validating.email(one))]
