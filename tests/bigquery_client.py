"""The official client against the endpoint of the tests."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from bigquery_server import BigQueryServer
from google.cloud import bigquery
from google.oauth2 import service_account


class Credentials(service_account.Credentials):
    """A service account that asks nobody for its allowed regions: there is no network here."""

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]


@contextmanager
def client_of(server: BigQueryServer, key_file: str = "") -> Iterator[bigquery.Client]:
    """Return the client that a customer would use, only pointed at another address."""
    told = {**json.loads(key_file or server.key_file()), "token_uri": f"{server.url}/token"}
    credentials = Credentials.from_service_account_info(told, scopes=SCOPES)
    with bigquery.Client(
        project=server.project,
        credentials=credentials,
        client_options={"api_endpoint": server.url},
    ) as client:
        yield client
