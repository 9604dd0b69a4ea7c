"""A source over the customer's table of spending, as segments ask it."""

import customer
import pytest
from cast import Cast
from shopdb import Shop

from sanderling.sources.models import DataSource

SPENDING = """
DROP TABLE IF EXISTS spending;
CREATE TABLE spending (
    id bigint PRIMARY KEY, email text, spent numeric, last_order date, seen timestamptz,
    country text, vip boolean, tags text[], raw jsonb
);
CREATE INDEX ON spending (email);
"""


@pytest.fixture
def spending(cast: Cast, shop: Shop) -> DataSource:
    shop.run(SPENDING)
    connector = customer.connector(shop, cast.owner)
    return customer.source(connector, cast.owner, table="spending")
