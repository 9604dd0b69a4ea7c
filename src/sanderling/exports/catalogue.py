"""The nine datasets: tables, checks and documentation all come from here.

Table and column names are the product document's, in camelCase, so they are quoted in SQL; the
spellings ``occured``, ``messageURL`` and (of revenue) ``messageUrl`` are the document's, too.
"""

from sanderling.exports.datasets.broadcasts import BROADCASTS
from sanderling.exports.datasets.columns import Column, Dataset, Manner
from sanderling.exports.datasets.contact_activities import CONTACT_ACTIVITIES
from sanderling.exports.datasets.contacts import CONTACTS
from sanderling.exports.datasets.devices import DEVICES
from sanderling.exports.datasets.events import EVENTS
from sanderling.exports.datasets.messages import MESSAGES
from sanderling.exports.datasets.order_items import ORDER_ITEMS
from sanderling.exports.datasets.orders import ORDERS
from sanderling.exports.datasets.revenue import REVENUE

__all__ = ["DATASETS", "Column", "Dataset", "Manner"]

DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        BROADCASTS, CONTACT_ACTIVITIES, CONTACTS, DEVICES, EVENTS, MESSAGES, ORDER_ITEMS, ORDERS,
        REVENUE,
    )
}  # fmt: skip
