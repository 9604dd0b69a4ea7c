"""What the command line does with people and keys."""

from sanderling.accounts import keys, organising
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Organisation
from sanderling.contacts import fields
from sanderling.lib.errors import NotFound


def create_user(email: str, *, organisation: str, role: str, password: str) -> None:
    """Create a person in an organisation, which is made when it does not exist."""
    found = Organisation.objects.filter(name=organisation).first()
    if found is None:
        found = organising.create_organisation(organisation)
        fields.create_defaults(found.pk)
    organising.add_user(found, email=email, role=role, password=password)


def create_key(organisation: str, *, rights: str, description: str) -> str:
    """Return the secret of a new key."""
    found = organisation_named(organisation)
    by = Actor.system(found.pk)
    _key, secret = keys.create(found.pk, rights=rights, description=description, by=by)
    return secret


def organisation_named(name: str) -> Organisation:
    """Return the organisation, or say which ones there are."""
    found = Organisation.objects.filter(name=name).first()
    if found is None:
        names = ", ".join(Organisation.objects.order_by("name").values_list("name", flat=True))
        raise NotFound(f"There is no organisation {name!r}. There are: {names or 'none yet'}.")
    return found
