"""Finding out that a campaign is over: nothing of it is left in any batch."""

from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)


def finish_done() -> int:
    """Close the running campaigns that have nothing left to send; return how many."""
    return STATEMENTS.run("finish_broadcasts")
