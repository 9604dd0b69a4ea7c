"""The methods of the compatible API, a file per theme; v2 and v3 of a method stand beside v1."""

from sanderling.api.v1 import (
    account,
    activity,
    broadcasts,
    bulk,
    contacts,
    events,
    groups,
    messages,
    orders,
    promocodes,
    sending,
    sites,
    statuses,
    subscribing,
    tokens,
)

__all__ = [
    "account",
    "activity",
    "broadcasts",
    "bulk",
    "contacts",
    "events",
    "groups",
    "messages",
    "orders",
    "promocodes",
    "sending",
    "sites",
    "statuses",
    "subscribing",
    "tokens",
]
