"""Fixtures of a customer's server; a directory's conftest imports what it needs."""

from collections.abc import Iterator

import pytest
import shopdb
from shopdb import Shop

from sanderling.connectors.drivers.postgres import describing, fetching, pooling


@pytest.fixture(scope="session")
def running_shop() -> Iterator[Shop]:
    """Return the customer's server, started once a session."""
    shop = shopdb.start_postgres(tls=shopdb.has_tls())
    yield shop
    shop.stop()


@pytest.fixture
def shop(running_shop: Shop) -> Iterator[Shop]:
    """Return the customer's server; what drivers remember of it is forgotten afterwards."""
    yield running_shop
    pooling.close_all()
    describing._remembered.clear()
    fetching._doubts.clear()
