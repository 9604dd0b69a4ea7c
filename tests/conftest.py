"""Fixtures that every test may ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import another_process
import psycopg
import pytest
from cast import PASSWORD, Cast, assemble
from django.db import connection
from django.test import Client
from django.utils import translation

pytest_plugins = ["bigquery_fixtures", "customer_fixtures"]
SHARED = Path(os.environ.get("SANDERLING_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Begin every test in English: a request of the test before may have left its language."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def nothing_held_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test that leaves a transaction open: the tear-down would wait for its locks."""
    yield
    if _commits(request) and (still := _open_transactions()):
        another_process.until(lambda: not _open_transactions(), f"the end of {still}")


def _commits(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & set(request.fixturenames)
    return bool(asked) or bool(marker and marker.kwargs.get("transaction"))


def _open_transactions() -> list[tuple[int, str, str]]:
    own = connection.get_connection_params()
    wanted = {name: own[name] for name in ("dbname", "user", "host", "port")}
    try:
        with psycopg.connect(**wanted) as asking:
            return asking.execute(
                "SELECT pid, application_name, query FROM pg_stat_activity"
                " WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
            ).fetchall()
    except psycopg.OperationalError as away:  # it is the test's own business to kill servers
        return [(0, "", str(away))]


@pytest.fixture
def cast(db: None) -> Cast:
    """Return the people of the tests, fresh in the database."""
    return assemble()


@pytest.fixture
def owner(cast: Cast) -> Client:
    """Return a browser in which Sandpiper's owner is signed in."""
    return signed_in("owner@sandpiper.example")


@pytest.fixture
def sender(cast: Cast) -> Client:
    """Return a browser in which Sandpiper's marketer is signed in."""
    return signed_in("sender@sandpiper.example")


@pytest.fixture
def stranger(cast: Cast) -> Client:
    """Return a browser in which Plover's owner is signed in."""
    return signed_in("stranger@plover.example")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the directory of shared papers and golden files; a user's machine has none."""
    if not SHARED.is_dir():
        assert os.environ.get("CI") != "true", f"{SHARED} must be there in CI"
        pytest.skip("the shared golden files are not on this machine")
    return SHARED


def signed_in(email: str) -> Client:
    """Return a client that went through the sign-in form."""
    client = Client()
    assert client.login(username=email, password=PASSWORD)
    return client
