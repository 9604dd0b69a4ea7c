"""The views: what each answers, and which tables it needs; the texts lie in files beside.

The eight use cases are those of the product's document on BigQuery.
"""

import hashlib
from dataclasses import dataclass
from importlib import resources

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanderling.connectors.drivers.chunks import MARK
from sanderling.exports.datasets.columns import Dialect


@dataclass(frozen=True)
class View:
    """A view; ``question`` is what it answers."""

    name: str
    use_case: int
    question: str | Promise
    datasets: tuple[str, ...]

    def text(self, dialect: Dialect) -> str:
        """Return the query, with the names of datasets in braces."""
        folder = resources.files(__package__).joinpath(str(dialect))
        return folder.joinpath(f"{self.name}.sql").read_text("utf-8")

    def mark(self, dialect: Dialect) -> str:
        """Return what a view that is made bears as its comment: that it is ours, and of which text.

        A view whose mark is another one was made by an older version, and is made again.
        """
        digest = hashlib.sha256(self.text(dialect).encode()).hexdigest()[:12]
        return f"{MARK} {digest}"


USE_CASES = {
    1: _("Campaign performance"),
    2: _("Segmentation and behaviour"),
    3: _("Personalisation and retargeting"),
    4: _("Predicting churn"),
    5: _("Orders and revenue"),
    6: _("Key figures, day by day"),
    7: _("Return on campaigns"),
    8: _("Customer journeys"),
}
VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        View(
            "campaign_performance",
            1,
            _("Which campaigns are delivered, opened and clicked, when and to whom did they go?"),
            ("broadcasts", "contactActivities", "messages"),
        ),
        View(
            "contact_behaviour",
            2,
            _("Who is engaged, in which channel and at which hour, and what do they do?"),
            ("contacts", "contactActivities", "events"),
        ),
        View(
            "retargeting_audience",
            3,
            _("Whom to speak to again, about what, and on which device?"),
            ("devices", "contacts", "contactActivities", "events"),
        ),
        View(
            "churn_features",
            4,
            _("What tells that a customer will not come back? Features, and the answer to learn."),
            ("contacts", "orders", "revenue", "contactActivities"),
        ),
        View(
            "order_value",
            5,
            _("How many orders a month, worth what, from how many new buyers?"),
            ("orders", "orderItems", "revenue"),
        ),
        View(
            "product_pairs",
            5,
            _("What is bought together?"),
            ("orders", "orderItems"),
        ),
        View(
            "kpi_daily",
            6,
            _("What are the key figures of each day, and is one of them alarming?"),
            ("broadcasts", "contactActivities", "revenue"),
        ),
        View(
            "campaign_roi",
            7,
            _("What did each campaign earn, and what may a message of it cost?"),
            ("broadcasts", "orders", "revenue", "contactActivities"),
        ),
        View(
            "customer_journey",
            8,
            _("Which way does a contact take over all channels?"),
            ("contacts", "contactActivities", "events", "orders"),
        ),
        View(
            "journey_funnel",
            8,
            _("How many come how far in each channel, and where do they drop off?"),
            ("contacts", "contactActivities", "events", "orders"),
        ),
    )
}
