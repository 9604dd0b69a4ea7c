"""Open a customer's BigQuery; the only place where its client is made.

Everything has a deadline: Google's library by itself tries again for ten minutes, jobs for forty.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests
from google.api_core.exceptions import GoogleAPIError
from google.auth.exceptions import GoogleAuthError
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY

from sanderling.connectors.drivers.bigquery import explaining
from sanderling.connectors.drivers.bigquery.settings import BigQuerySettings
from sanderling.connectors.drivers.keyfiles import credentials_of

SCOPES = ("https://www.googleapis.com/auth/bigquery",)
TIMEOUT = 60.0  # seconds for one request
RETRY = DEFAULT_RETRY.with_delay(initial=0.2, maximum=5.0, multiplier=2.0).with_timeout(60.0)
BROKEN = (GoogleAPIError, GoogleAuthError, requests.RequestException, ConnectionError)


@dataclass
class Session:
    """An open client, and what it has cost so far."""

    client: Any
    settings: BigQuerySettings
    requests: int = 0
    billed: int = 0  # bytes that queries read, as Google bills them
    sent: int = 0  # bytes of files

    def __post_init__(self) -> None:
        """Count every answer."""
        self.client._http.hooks["response"].append(self._count)

    @contextlib.contextmanager
    def words(self) -> Iterator[None]:
        """Say an error of Google's in our words."""
        try:
            yield
        except BROKEN as error:
            raise explaining.of(error, self.settings) from error

    def _count(self, _answer: Any, **_options: Any) -> None:
        self.requests += 1


@contextlib.contextmanager
def connect(settings: BigQuerySettings) -> Iterator[Session]:
    """Open BigQuery; nothing is sent before the first question."""
    credentials = credentials_of(settings.key, tokens=settings.service.tokens, scopes=SCOPES)
    options = {"api_endpoint": settings.service.endpoint} if settings.service.endpoint else None
    client = bigquery.Client(
        project=settings.project, credentials=credentials, client_options=options
    )
    with contextlib.closing(client):
        yield Session(client, settings)
