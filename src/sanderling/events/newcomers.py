"""The event that an import asks for: one for each contact that was really new (api.md §5.4.3)."""

from django.db import transaction

from sanderling.accounts.actors import Actor
from sanderling.contacts import importing
from sanderling.contacts.models import Contact, Import
from sanderling.events.recording import NewEvent, record

AT_ONCE = 1_000


def raise_waiting() -> int:
    """Raise the next events of finished imports; return how many.

    Newcomers are taken off the list in the transaction of their events: a crash repeats nothing.
    """
    return sum(_raise_for(run.pk) for run in importing.awaiting_events())


@transaction.atomic
def _raise_for(import_id: int) -> int:
    run = Import.objects.select_for_update(skip_locked=True).filter(pk=import_id).first()
    if run is None or not run.options.get("event_waits"):
        return 0
    added = importing.newcomers(run, limit=AT_ONCE)
    if not added:
        importing.events_raised(run)
        return 0
    found = Contact.objects.filter(organisation_id=run.organisation_id, pk__in=added)
    events = [_event(run.options["event_for_new"], contact) for contact in found.order_by("pk")]
    record(run.organisation_id, events, by=Actor.system(run.organisation_id))
    return len(added)


def _event(type_key: str, contact: Contact) -> NewEvent:
    return NewEvent(
        type_key,
        key_value=contact.email or contact.phone or str(contact.pk),
        params={
            "contactId": str(contact.pk),
            "EmailAddress": contact.email,
            "SMS": contact.phone,
        },
        contact_id=contact.pk,
    )
