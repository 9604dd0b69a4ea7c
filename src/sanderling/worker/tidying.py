"""What killed workers leave behind in the queue of wake-ups."""

import logging

from sanderling.postgres.statements import Statements

LOG = logging.getLogger(__name__)
STATEMENTS = Statements(__package__)


def forget_stalled_wake_ups() -> int:
    """Delete wake-ups whose worker is dead; nothing more is due after it."""
    if gone := STATEMENTS.run("delete_stalled_wake_ups"):
        LOG.info("Forgot %s wake-ups of workers that were killed.", gone)
    return 0
