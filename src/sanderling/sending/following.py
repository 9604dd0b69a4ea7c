"""Move the deliveries of a contact that turned out to be another one."""

from sanderling.postgres.statements import Statements, fetch_value

STATEMENTS = Statements(__package__)


def follow(organisation_id: int, former_id: int, contact_id: int) -> bool:
    """Move what is not in a channel's hands at this moment; return whether that was everything."""
    params = {
        "organisation_id": organisation_id,
        "former_id": former_id,
        "contact_id": contact_id,
    }
    STATEMENTS.run("move_contact", params)
    return not fetch_value(
        "SELECT EXISTS (SELECT FROM sending_delivery"
        " WHERE contact_id = %(former_id)s AND organisation_id = %(organisation_id)s)",
        params,
    )
