"""Move the credits of a contact that turned out to be another one."""

from sanderling.orders.models import Order
from sanderling.postgres.statements import Statements
from sanderling.revenue.recomputing import recompute

STATEMENTS = Statements(__package__)


def follow(organisation_id: int, former_id: int, contact_id: int) -> bool:
    """Move everything, and say so; the transaction is the caller's, and again is harmless."""
    params = {
        "organisation_id": organisation_id,
        "former_id": former_id,
        "contact_id": contact_id,
    }
    STATEMENTS.run("move_contact", params)
    return True


def reckon_anew(organisation_id: int, contact_id: int) -> None:
    """Credit the orders again: what one device was sent may have sold what another one bought."""
    ours = Order.objects.filter(organisation_id=organisation_id, contact_id=contact_id)
    if orders := list(ours.values_list("id", flat=True)):
        recompute(organisation_id, orders)
