"""Reckon revenue anew: for the orders of a call, or for a period after a rule has changed."""

import datetime as dt
import json
from collections.abc import Sequence

from sanderling.accounts.models import Organisation
from sanderling.postgres.statements import Statements
from sanderling.revenue.rules import rules_of

STATEMENTS = Statements(__package__)
PAGE = 5_000  # orders in one statement: some 100 ms, and short locks


def recompute(organisation_id: int, order_ids: Sequence[int]) -> None:
    """Credit these orders by the rules of this moment, in one statement."""
    if not order_ids:
        return
    rules = rules_of(organisation_id)
    currency = Organisation.objects.values_list("currency", flat=True).get(pk=organisation_id)
    STATEMENTS.run(
        "attribute_orders",
        {
            "organisation_id": organisation_id,
            "order_ids": list(order_ids),
            "currency": currency,
            "media_types": [rule.media_type for rule in rules],
            "statuses": [rule.status for rule in rules],
            "windows": [rule.window_hours for rule in rules],
            "excluded_tags": [json.dumps(rule.excluded_tags) for rule in rules],
        },
    )


def recompute_since(organisation_id: int, since: dt.datetime) -> int:
    """Credit all orders from a moment on, page by page; return how many there were."""
    count = after = 0
    while page := _page(organisation_id, since, after):
        recompute(organisation_id, page)
        count += len(page)
        after = page[-1]
    return count


def _page(organisation_id: int, since: dt.datetime, after: int) -> list[int]:
    params = {
        "organisation_id": organisation_id, "since": since, "after": after, "most": PAGE,
    }  # fmt: skip
    return [row[0] for row in STATEMENTS.rows("select_orders_since", params)]
