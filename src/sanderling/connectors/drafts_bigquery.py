"""What a person fills into the form of a BigQuery connector, and what can be wrong with it."""

import re
from dataclasses import dataclass, field
from typing import ClassVar

from sanderling.connectors.drafts import Problems
from sanderling.connectors.drivers import keyfiles
from sanderling.connectors.drivers.bigquery.settings import BigQuerySettings
from sanderling.connectors.drivers.keyfiles import BadKeyFile, Key
from sanderling.connectors.models import Connector, ConnectorKind, ContactKeyKind
from sanderling.connectors.opening import bigquery_service, bigquery_settings_of
from sanderling.lib.errors import Invalid

DATASET = re.compile(r"[A-Za-z0-9_]{1,1024}")
LOCATION = re.compile(r"[A-Za-z]{2,20}(-[a-z]{2,20}[0-9]{1,2})?")


@dataclass(frozen=True)
class BigQueryDraft:
    """A connector as filled in; an empty key file leaves the stored key.

    ``location`` is where the dataset is made when it is not there yet.
    """

    kind: ClassVar[ConnectorKind] = ConnectorKind.BIGQUERY
    name: str
    dataset: str
    key_file: str = field(default="", repr=False)
    location: str = "EU"
    key_column: str = ""
    contact_key: str = ContactKeyKind.EMAIL
    field_id: int | None = None

    def problems(self, stored: Connector | None) -> Problems:
        """Return what keeps BigQuery from being asked."""
        problems = key_problems(self.key_file, stored)
        if not DATASET.fullmatch(self.dataset.strip()):
            problems["dataset"] = ["The name of a dataset: letters, digits and underscores."]
        if not LOCATION.fullmatch(self.location.strip()):
            problems["location"] = ["A region of BigQuery, as EU, US or europe-west3."]
        return problems

    def fill(self, connector: Connector) -> None:
        """Write the dataset, and the project and account of a new key."""
        connector.dataset = self.dataset.strip()
        connector.location = self.location.strip()
        if key := key_of(self.key_file):
            connector.database, connector.username = key.project, key.email

    def secret(self) -> tuple[str, str]:
        """Return the key, without what is not needed of its file."""
        key = key_of(self.key_file)
        return (key.text if key else ""), "key"


def settings_of(draft: BigQueryDraft, *, stored: Connector | None) -> BigQuerySettings:
    """Return how to open what is filled in; raise Invalid when it is not complete."""
    if problems := draft.problems(stored):
        raise Invalid(problems=problems)
    location = draft.location.strip()
    if key := key_of(draft.key_file):
        return BigQuerySettings(key, location, bigquery_service())
    assert stored is not None
    return BigQuerySettings(bigquery_settings_of(stored).key, location, bigquery_service())


def key_of(key_file: str) -> Key | None:
    """Return the key of an uploaded file, None without one."""
    return keyfiles.read(key_file) if key_file.strip() else None


def key_problems(key_file: str, stored: Connector | None) -> Problems:
    """Return what is wrong with a key file; none is needed where one is stored."""
    if not key_file.strip():
        if stored is None or stored.secret is None:
            return {"key_file": ["Upload the key file of the service account."]}
        return {}
    try:
        keyfiles.read(key_file)
    except BadKeyFile as error:
        return {"key_file": [error.message]}
    return {}
