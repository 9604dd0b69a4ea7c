"""One contact at a time: add, update, delete, read, search, subscribe (api.md §5.4, §5.5)."""

from typing import Any

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.db.models.functions import Lower, Reverse

from sanderling.api import shapes
from sanderling.api.answering import EMPTY, Answer, collapse, counted, present, said, text
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.persons import brief, card, group_names, person_of, register_devices
from sanderling.api.shapes import Id, Shape
from sanderling.contacts import adding, erasing, finding, lists, validating
from sanderling.contacts.models import Category, Contact, KeyKind, Source
from sanderling.lib.errors import Conflict, Invalid, NotFound
from sanderling.optin import wishing

WHOLE_PHONE = 11  # digits; fewer may be a part of a number
# As the indexes of contacts have them.
SEARCHED = {
    "email_low": Lower("email"),
    "email_back": Reverse(Lower("email")),
    "first_low": Lower("first_name"),
    "last_low": Lower("last_name"),
}


class Erase(Shape):
    """Whether to erase for good."""

    erase: bool | None = None


class ByExternalId(Erase):
    """The customer's own id."""

    external_customer_id: str | None = None


class Search(shapes.Page, rename=None):
    """What to search for; an external id excludes everything else."""

    externalCustomerId: str | None = None  # noqa: N815 - the wire's name
    email: str | None = None
    sms: str | None = None
    firstname: str | None = None
    lastname: str | None = None
    sortBy: str | None = None  # noqa: N815


class Ids(Shape):
    """Ids of contacts; ``emails`` is what one client calls them."""

    ids: list[Id] | None = None
    emails: list[Id] | None = None


@operation("POST", "/v1/contact", summary="Add or update a contact", needs_json=True, repeats=False)
def add_contact(call: Call, body: shapes.NewContact) -> dict[str, int]:
    """Update who is recognised, else create; the contact is confirmed and no event is raised.

    A contact without any address is taken when it has an external id (api.md §10.15).
    """
    if not body.channels and not body.external_customer_id:
        raise Invalid("channels: give at least one channel, or externalCustomerId.")
    added = adding.upsert(
        call.organisation_id, person_of(body), source=Source.API, by=call.actor, lenient=True
    )
    register_devices(call.organisation_id, added.contact_id, body, by=call.actor)
    for list_id in lists.named(call.organisation_id, group_names(body), by=call.actor):
        lists.add_members(call.organisation_id, list_id, [added.contact_id], by=call.actor)
    return {"id": added.contact_id}


@operation(
    "PUT", "/v1/contact/{contact_id}", summary="Update a contact", needs_json=True, repeats=False
)
def update_contact(call: Call, contact_id: int, body: shapes.WrappedContact) -> Answer:
    """Change the contact of the path; a deleted one comes back."""
    sent = body.contact or body
    try:
        adding.update(call.organisation_id, contact_id, person_of(sent), by=call.actor)
    except Conflict as error:  # the external id is somebody else's: 400 (api.md §4.3)
        raise Invalid(error.message) from error
    register_devices(call.organisation_id, contact_id, sent, by=call.actor)
    return text(f"Contact with id='{contact_id}' has been updated")


@operation("DELETE", "/v1/contact/{contact_id}", summary="Delete or erase a contact")
def delete_contact(call: Call, contact_id: int, query: Erase) -> Answer:
    """Delete so that it can be restored, or erase for good."""
    _remove(call, contact_id, erase=bool(query.erase))
    return text(f"Contact with id='{contact_id}' has been deleted")


@operation("DELETE", "/v1/contact", summary="Delete or erase a contact by its external id")
def delete_by_external_id(call: Call, query: ByExternalId) -> Answer:
    """Delete the contact with this external id."""
    if not query.external_customer_id:
        raise Invalid("externalCustomerId must be specified.")
    found = finding.by_key(call.organisation_id, KeyKind.EXTERNAL_ID, query.external_customer_id)
    if found is None:
        raise NotFound(f"Contact with externalCustomerId='{query.external_customer_id}' not found")
    _remove(call, found, erase=bool(query.erase))
    return EMPTY


@operation("GET", "/v1/contact/{contact_id}", summary="Get a contact")
def get_contact(call: Call, contact_id: int) -> dict[str, Any]:
    """Return the full card."""
    contact = _living(call, contact_id)
    return card(contact, lists.of_contact(call.organisation_id, contact_id))


@operation("GET", "/v1/contacts", summary="Search contacts", bucket="contacts")
def search_contacts(call: Call, query: Search) -> Answer:
    """Return a page of contacts; ``TotalCount`` is the number of all that match."""
    found = _matching(call, query)
    total = found.count()
    rows = found.prefetch_related("device_set")[query.window()]
    return counted([brief(contact) for contact in rows], total)


@operation("GET", "/v1/contacts/email", summary="E-mail addresses by contact ids")
def contact_emails(call: Call, query: Ids) -> dict[str, Any]:
    """Return the address of each contact that has one; a single row collapses (R1)."""
    wanted = (query.ids or query.emails or [])[:500]
    rows = (
        Contact.objects.filter(organisation_id=call.organisation_id, pk__in=wanted, deleted_at=None)
        .exclude(email="")
        .order_by("pk")
        .values_list("pk", "email")
    )
    return {"results": collapse([{"contactId": pk, "email": email} for pk, email in rows])}


@operation(
    "GET", "/v1/contact/{contact_id}/subscriptions", summary="Categories that a contact wants"
)
def contact_subscriptions(call: Call, contact_id: int) -> list[dict[str, Any]]:
    """Return an array also for one category (api.md §10.4)."""
    _living(call, contact_id)
    wanted = Category.objects.filter(
        organisation_id=call.organisation_id, subscription__contact_id=contact_id
    ).order_by("key")
    return [present(id=one.pk, key=one.key, groupId=one.list_id, name=one.name) for one in wanted]


@operation(
    "PUT", "/v1/contact/{contact_id}/subscriptions", summary="Set the categories of a contact"
)
def set_subscriptions(call: Call, contact_id: int, body: shapes.Subscriptions) -> Answer:
    """Replace what the contact wants by this list."""
    wishing.set_categories(
        call.organisation_id, contact_id, body.subscriptions or [], by=call.actor
    )
    return said(f"Subscriptions of contact with id='{contact_id}' have been updated")


def _remove(call: Call, contact_id: int, *, erase: bool) -> None:
    remove = erasing.erase if erase else erasing.delete
    remove(call.organisation_id, contact_id, by=call.actor)


def _living(call: Call, contact_id: int) -> Contact:
    contact = finding.get(call.organisation_id, contact_id)
    if contact.deleted_at is not None:
        raise NotFound("There is no such contact.")
    return contact


def _matching(call: Call, query: Search) -> QuerySet[Contact]:
    """Return who matches; an exact e-mail comes first, as clients take row 0 (api.md §5.5.1)."""
    others = (query.email, query.sms, query.firstname, query.lastname)
    living = Contact.objects.filter(organisation_id=call.organisation_id, deleted_at=None)
    if query.externalCustomerId is not None:
        if any(others):
            raise Invalid("externalCustomerId excludes the other search parameters.")
        known = finding.by_key(call.organisation_id, KeyKind.EXTERNAL_ID, query.externalCustomerId)
        return living.filter(pk=known or 0)
    if not any(others):
        return living.order_by("pk" if query.sortBy == "contactId" else "-updated_at", "pk")
    return living.alias(**SEARCHED).filter(_conditions(query)).order_by(_exact_first(query), "pk")


def _conditions(query: Search) -> Q:
    wanted = Q()
    if query.email:
        wanted &= _has_email(query.email)
    if query.sms:
        wanted &= _has_phone(query.sms)
    if query.firstname:
        wanted &= Q(first_low=query.firstname.lower()) & ~Q(first_name="")
    if query.lastname:
        wanted &= Q(last_low=query.lastname.lower()) & ~Q(last_name="")
    return wanted


def _has_email(typed: str) -> Q:
    """Look for an address: two indexes find a whole one, at the beginning and the end of others.

    A part of an address is looked for anywhere, which reads all contacts: 0.5 s of a million.
    """
    if validating.email(typed) is None:
        return Q(email__icontains=typed)
    low = typed.strip().lower()
    return Q(email_low__startswith=low) | Q(email_back__startswith=low[::-1])


def _has_phone(typed: str) -> Q:
    """Look for a number: the index finds a whole one, a part of one is looked for anywhere."""
    number = validating.phone(typed)
    if number is not None and len(number) >= WHOLE_PHONE:
        return Q(phone=number)
    return Q(phone__contains=number or typed)


def _exact_first(query: Search) -> Case:
    exact = Q(email__iexact=query.email or "") if query.email else Q(phone=query.sms or "")
    return Case(When(exact, then=Value(False)), default=Value(True), output_field=BooleanField())
