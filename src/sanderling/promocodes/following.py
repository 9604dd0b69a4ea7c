"""Move the codes of a contact that turned out to be another one."""

from sanderling.postgres.statements import Statements

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
