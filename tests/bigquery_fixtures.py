"""Fixtures of a customer's BigQuery; a directory's conftest imports what it needs."""

from collections.abc import Iterator

import bigquery_server
import pytest
from bigquery_server import BigQueryServer
from pytest_django.fixtures import Settings


@pytest.fixture(scope="session")
def running_warehouse() -> Iterator[BigQueryServer]:
    """Return the endpoint, started once a session."""
    server = bigquery_server.start()
    yield server
    server.stop()


@pytest.fixture
def warehouse(running_warehouse: BigQueryServer) -> BigQueryServer:
    """Return the endpoint with nothing in it."""
    running_warehouse.reset()
    return running_warehouse


@pytest.fixture
def bigquery(warehouse: BigQueryServer, settings: Settings) -> None:
    """Have the product look for BigQuery at the endpoint, as an operator would."""
    settings.BIGQUERY_ENDPOINT = warehouse.url
    settings.BIGQUERY_TOKEN_URI = f"{warehouse.url}/token"
