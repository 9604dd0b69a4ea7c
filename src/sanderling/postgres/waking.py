"""Wake the worker now instead of at its next look.

A wake-up is a procrastinate job in the caller's transaction: it is there when the caller's
rows are, and gone when they are rolled back.  It may also be lost, or come twice: the worker
looks at the ledgers every few seconds anyway, so nothing but a moment depends on it.
"""

import logging

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

LOG = logging.getLogger(__name__)


def wake(loop: str) -> None:
    """Ask a worker to look at one ledger: imports, sending, broadcasts, workflows, exports…

    Many wakers become one waiting job (queueing lock); the savepoint keeps the caller's
    transaction alive when that job is already there.
    """
    try:
        with transaction.atomic():
            app.configure_task(loop, queue=loop, queueing_lock=loop).defer()
    except AlreadyEnqueued:
        LOG.debug("The %s loop is already being woken.", loop)
