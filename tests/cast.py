"""The people of the tests: two organisations that must never meet.

``owner`` and ``sender`` work for Sandpiper; ``stranger`` owns Plover.  ``dina``, ``ivan`` and
``ghost`` are contacts of Sandpiper: one complete, one in Cyrillic, one without any address.
"""

from dataclasses import dataclass

from sanderling.accounts import organising
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Membership, Organisation, Role, User
from sanderling.contacts.models import Contact, ContactKey

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Cast:
    """Everybody."""

    organisation: Organisation
    elsewhere: Organisation
    owner_user: User
    sender_user: User
    stranger_user: User
    owner: Actor
    sender: Actor
    stranger: Actor
    dina: Contact
    ivan: Contact
    ghost: Contact


def assemble() -> Cast:
    """Put the cast into the database."""
    here = organising.create_organisation("Sandpiper", time_zone="Europe/Kyiv")
    elsewhere = organising.create_organisation("Plover")
    owner = _user(here, "owner@sandpiper.example", Role.OWNER)
    sender = _user(here, "sender@sandpiper.example", Role.MARKETER)
    stranger = _user(elsewhere, "stranger@plover.example", Role.OWNER)
    return Cast(
        organisation=here,
        elsewhere=elsewhere,
        owner_user=owner,
        sender_user=sender,
        stranger_user=stranger,
        owner=_actor(here, owner),
        sender=_actor(here, sender),
        stranger=_actor(elsewhere, stranger),
        dina=_contact(
            here,
            external_id="C-1",
            email="kozak@example.com",
            phone="380670000001",
            first_name="Dina",
            last_name="Kozak",
            language="en",
        ),
        ivan=_contact(
            here, email="ivan@приклад.укр", first_name="Іван", last_name="Франко", language="uk"
        ),
        ghost=_contact(here, external_id="C-3", first_name="Ghost"),
    )


def _user(organisation: Organisation, email: str, role: str) -> User:
    return organising.add_user(organisation, email=email, role=role, password=PASSWORD)


def _actor(organisation: Organisation, user: User) -> Actor:
    return Actor.member(Membership.objects.get(organisation=organisation, user=user))


def _contact(organisation: Organisation, **columns: str) -> Contact:
    contact = Contact.objects.create(organisation=organisation, **columns)
    keys = {
        "EXTERNAL_ID": columns.get("external_id", ""),
        "EMAIL": columns.get("email", "").lower(),
        "PHONE": columns.get("phone", ""),
    }
    for kind, value in keys.items():
        if value:
            ContactKey.objects.create(
                organisation=organisation, kind=kind, value=value, contact_id=contact.pk
            )
    return contact
