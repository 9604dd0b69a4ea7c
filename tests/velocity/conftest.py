from datetime import UTC, datetime

import pytest

import sanderling.velocity as velocity


@pytest.fixture(scope="session")
def tools():
    return velocity.default_tools(now=datetime(2026, 1, 15, 12, tzinfo=UTC))
