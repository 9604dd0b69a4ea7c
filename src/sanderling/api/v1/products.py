"""Product feeds, and products recommended to a contact (api.md §5.10.1, §5.10.4).

We compute no recommendations: the customer's own database does, and its table of them by contact
is a data source like any other.  ``dataSourceId`` is the number of that source.
"""

import math
from typing import Any
from urllib.parse import urlsplit

from sanderling.accounts import auditing
from sanderling.api.answering import Answer, present, said
from sanderling.api.calling import Call
from sanderling.api.models import ProductFeed
from sanderling.api.operations import operation
from sanderling.api.shapes import Id, Shape
from sanderling.contacts.recognising import NOBODY, Identity, recognise
from sanderling.lib.errors import Invalid, SanderlingError
from sanderling.sources import fetching, saving
from sanderling.sources.models import DataSource

MOST_FEEDS = 50
LONGEST_URL = 2000
IN_STOCK = {"true", "t", "yes", "1", "in stock"}


class SourceAway(SanderlingError):
    """The database of the recommendations does not answer."""

    status = 503


class Feed(Shape):
    """Where a catalogue of products lies."""

    url: str | None = None
    language: str | None = None
    default: bool | None = None


class Feeds(Shape):
    """All feeds of the organisation; what is not in the list is gone."""

    feeds: list[Feed] | None = None


class Wanted(Shape):
    """For whom products are recommended, and of which category."""

    contact_id: Id | None = None
    email: str | None = None
    phone: str | None = None
    external_customer_id: str | None = None
    web_id: str | None = None
    products: str | None = None
    category: str | None = None


@operation("GET", "/v1/products/config", summary="Product feeds")
def product_feeds(call: Call) -> dict[str, Any]:
    """Return the feeds as they were stored."""
    feeds = ProductFeed.objects.filter(organisation_id=call.organisation_id).order_by("pk")
    return {
        "feeds": [
            present(url=one.url, language=one.language or None, default=one.is_default)
            for one in feeds
        ]
    }


@operation("POST", "/v1/products/config", summary="Set the product feeds")
def set_product_feeds(call: Call, body: Feeds) -> Answer:
    """Replace the feeds by this list; one of them is the default."""
    feeds = _checked(body.feeds)
    ProductFeed.objects.filter(organisation_id=call.organisation_id).delete()
    ProductFeed.objects.bulk_create(
        ProductFeed(
            organisation_id=call.organisation_id,
            url=feed.url or "",
            language=feed.language or "",
            is_default=bool(feed.default),
        )
        for feed in feeds
    )
    auditing.record(call.actor, "products.feeds", call.organisation_id, count=len(feeds))
    return said("Product feeds have been configured")


@operation("GET", "/v2/contacts/recoms/{source_id}", summary="Products recommended to a contact")
def recommendations(call: Call, source_id: int, query: Wanted) -> list[dict[str, Any]]:
    """Return the rows that a data source has for a contact, as products.

    Columns are taken by the contract's names of members (``id``, ``name``, ``url``, ``price``,
    ``descr``, ``brand``, ``category``, ``isInStock``), in any letter case and with or without
    underscores.  ``products`` changes nothing: the source's own table decides.
    """
    source = saving.get(call.organisation_id, source_id)
    contact_id = _contact_of(call, query)
    if contact_id == NOBODY:
        return []
    products = [_product(row) for row in _rows_of(source, contact_id)]
    if query.category:
        products = [one for one in products if query.category in one.get("category", [])]
    return products


def _checked(feeds: list[Feed] | None) -> list[Feed]:
    if feeds is None:
        raise Invalid("feeds must be specified.")
    if len(feeds) > MOST_FEEDS:
        raise Invalid(f"feeds: at most {MOST_FEEDS}.")
    for feed in feeds:
        if not _is_address(feed.url or ""):
            raise Invalid("feeds: url must begin with http:// or https://.")
        if len(feed.language or "") > 20:
            raise Invalid("feeds: language is not a code of a language.")
    if sum(bool(feed.default) for feed in feeds) > 1:
        raise Invalid("feeds: only one may be the default.")
    return feeds


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= LONGEST_URL


def _contact_of(call: Call, query: Wanted) -> int:
    """Return the contact of the one name that is given; a visitor's ``webId`` is nobody."""
    names = (query.contact_id, query.email, query.phone, query.external_customer_id, query.web_id)
    if sum(name is not None for name in names) != 1:
        raise Invalid("Give one of contactId, email, phone, externalCustomerId and webId.")
    identity = Identity(
        contact_id=query.contact_id,
        external_id=query.external_customer_id or "",
        email=query.email or "",
        phone=query.phone or "",
    )
    [found] = recognise(call.organisation_id, [identity])
    return found


def _rows_of(source: DataSource, contact_id: int) -> list[dict[str, Any]]:
    try:
        return fetching.rows_for([source], [contact_id])[source.pk][contact_id]
    except fetching.SourceUnavailable as error:
        raise SourceAway(error.message) from error


def _product(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row under the contract's names; columns it does not know are left out."""
    given = {name.replace("_", "").lower(): value for name, value in row.items()}
    price = given.get("price")
    return present(
        id=_text(given.get("id", given.get("productid"))),
        name=_text(given.get("name")),
        url=_text(given.get("url")),
        price=None if price is None else _number(price),
        descr=_text(given.get("descr", given.get("description"))),
        brand=_text(given.get("brand")),
        category=_texts(given.get("category")),
        isInStock=_stock(given.get("isinstock")),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _texts(value: Any) -> list[str] | None:
    if value is None:
        return None
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _stock(value: Any) -> int | None:
    if value is None:
        return None
    return int(str(value).strip().lower() in IN_STOCK)
