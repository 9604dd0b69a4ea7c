"""Forget the inboxes of erased people."""

from collections.abc import Sequence

from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)


def forget(contact_ids: Sequence[int]) -> None:
    """Forget these contacts; the transaction is the caller's, and again is harmless."""
    STATEMENTS.run("forget_contacts", {"contact_ids": list(contact_ids)})
