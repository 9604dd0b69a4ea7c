"""Forget visitors: of people who were erased, and nobodies who never came back."""

from collections.abc import Sequence

from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
DAYS = 90
AT_ONCE = 5_000


def forget(contact_ids: Sequence[int]) -> None:
    """Forget these contacts; the transaction is the caller's, and again is harmless."""
    STATEMENTS.run("forget_contacts", {"contact_ids": list(contact_ids)})


def forget_nobodies() -> int:
    """Delete visitors that stayed unknown and were not seen for three months; return how many."""
    return STATEMENTS.run("delete_nobodies", {"days": DAYS, "limit": AT_ONCE})
