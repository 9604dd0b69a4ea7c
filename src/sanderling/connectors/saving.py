"""Keep connectors: create, change, delete; who did it is written down, the password never."""

from django.db import transaction
from django.db.models import Model, ProtectedError

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.connectors import drafts, opening
from sanderling.connectors.drafts import AnyDraft
from sanderling.connectors.models import Connector, ContactKeyKind
from sanderling.lib.errors import Conflict, NotFound


def get(organisation_id: int, connector_id: int) -> Connector:
    """Return a connector of this organisation."""
    found = Connector.objects.filter(organisation_id=organisation_id, pk=connector_id).first()
    if found is None:
        raise NotFound("There is no such connector.")
    return found


def connectors_of(organisation_id: int) -> list[Connector]:
    """Return the organisation's connectors by name."""
    return list(Connector.objects.filter(organisation_id=organisation_id).order_by("name"))


def save(
    organisation_id: int, draft: AnyDraft, *, connector_id: int | None = None, by: Actor
) -> Connector:
    """Create a connector, or change the one of ``connector_id``.

    An empty password or key file leaves the stored one.  Raises Invalid with every problem by
    field.
    """
    require(by, Permission.EDIT_CONNECTORS)
    stored = get(organisation_id, connector_id) if connector_id is not None else None
    drafts.check(draft, organisation_id, stored=stored)
    with transaction.atomic():
        connector = stored or Connector(organisation_id=organisation_id)
        _fill(connector, draft)
        connector.save()
        _seal(connector, draft)
        verb = "connector.change" if stored else "connector.create"
        where = connector.host or connector.database
        auditing.record(by, verb, connector.pk, name=connector.name, host=where)
    return connector


def delete(organisation_id: int, connector_id: int, *, by: Actor) -> None:
    """Delete a connector; raise Conflict naming what still uses it."""
    require(by, Permission.EDIT_CONNECTORS)
    connector = get(organisation_id, connector_id)
    try:
        with transaction.atomic():
            connector.delete()
            auditing.record(by, "connector.delete", connector_id, name=connector.name)
    except ProtectedError as error:
        raise Conflict(_in_use(connector, error.protected_objects)) from error


def _fill(connector: Connector, draft: AnyDraft) -> None:
    connector.kind = draft.kind
    connector.name = draft.name.strip()
    connector.key_column = draft.key_column.strip()
    connector.contact_key = draft.contact_key
    by_field = draft.contact_key == ContactKeyKind.FIELD
    connector.field_id = draft.field_id if by_field else None
    draft.fill(connector)


def _seal(connector: Connector, draft: AnyDraft) -> None:
    """Seal what is secret, once the connector has a number to seal it for."""
    secret, what = draft.secret()
    if secret:
        connector.secret = opening.sealed(secret, connector.pk, what)
        connector.save(update_fields=["secret"])


def _in_use(connector: Connector, users: set[Model]) -> str:
    names = sorted(f"{user._meta.verbose_name} “{user}”" for user in users)
    return f"“{connector.name}” is still used by: {', '.join(names)}."
