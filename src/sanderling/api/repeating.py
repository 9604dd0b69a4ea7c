"""The same contact write twice within a minute is refused (api.md §1.7, §10.9).

A client that retries after a lost answer is told "Duplicated request" instead of writing twice.
"""

import hashlib
import random

from django.conf import settings

from sanderling.lib.errors import Conflict
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
SECONDS = 60
TIDY_ONE_IN = 500  # writes; what is forgotten late does no harm


class Duplicated(Conflict):
    """Duplicated request"""


def refuse_repeated(organisation_id: int, *, method: str, path: str, body: bytes) -> None:
    """Raise Duplicated when this very write was made within the last minute."""
    seconds = getattr(settings, "API_REPEAT_SECONDS", SECONDS)
    if not seconds:
        return
    digest = hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).digest()
    claimed = STATEMENTS.run(
        "claim_write",
        {"organisation_id": organisation_id, "digest": digest, "seconds": seconds},
    )
    if not claimed:
        raise Duplicated
    if random.randrange(TIDY_ONE_IN) == 0:  # noqa: S311 - no secret hangs on it
        forget_old(seconds)


def forget_old(seconds: int = SECONDS) -> int:
    """Delete marks that refuse nothing any more; return how many."""
    return STATEMENTS.run("forget_writes", {"seconds": seconds})
