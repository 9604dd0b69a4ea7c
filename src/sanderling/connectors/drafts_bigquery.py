"""What a person fills into the form of a BigQuery connector, and what can be wrong with it."""

import re
from dataclasses import dataclass, field

from sanderling.connectors import drafts
from sanderling.connectors.drivers.bigquery import keyfiles
from sanderling.connectors.drivers.bigquery.keyfiles import BadKeyFile, Key
from sanderling.connectors.drivers.bigquery.settings import BigQuerySettings
from sanderling.connectors.models import Connector, ContactKeyKind
from sanderling.connectors.opening import bigquery_service, bigquery_settings_of
from sanderling.lib.errors import Invalid

DATASET = re.compile(r"[A-Za-z0-9_]{1,1024}")
LOCATION = re.compile(r"[A-Za-z]{2,20}(-[a-z]{2,20}[0-9]{1,2})?")


@dataclass(frozen=True)
class BigQueryDraft:
    """A connector as filled in; an empty key file leaves the stored key.

    ``location`` is where the dataset is made when it is not there yet.
    """

    name: str
    dataset: str
    key_file: str = field(default="", repr=False)
    location: str = "EU"
    key_column: str = ""
    contact_key: str = ContactKeyKind.EMAIL
    field_id: int | None = None


def check(draft: BigQueryDraft, organisation_id: int, *, stored: Connector | None) -> None:
    """Raise Invalid with everything that keeps the draft from being saved."""
    problems = _problems(draft, stored)
    problems |= drafts.name_problems(draft.name, organisation_id, stored)
    problems |= drafts.contact_key_problems(draft.contact_key, draft.field_id, organisation_id)
    if problems:
        raise Invalid(problems=problems)


def settings_of(draft: BigQueryDraft, *, stored: Connector | None) -> BigQuerySettings:
    """Return how to open what is filled in; raise Invalid when it is not complete."""
    if problems := _problems(draft, stored):
        raise Invalid(problems=problems)
    location = draft.location.strip()
    if key := key_of(draft):
        return BigQuerySettings(key, location, bigquery_service())
    assert stored is not None
    return BigQuerySettings(bigquery_settings_of(stored).key, location, bigquery_service())


def key_of(draft: BigQueryDraft) -> Key | None:
    """Return the key of the uploaded file, None without one."""
    return keyfiles.read(draft.key_file) if draft.key_file.strip() else None


def _problems(draft: BigQueryDraft, stored: Connector | None) -> drafts.Problems:
    problems = _key_problems(draft, stored)
    if not DATASET.fullmatch(draft.dataset.strip()):
        problems["dataset"] = ["The name of a dataset: letters, digits and underscores."]
    if not LOCATION.fullmatch(draft.location.strip()):
        problems["location"] = ["A region of BigQuery, as EU, US or europe-west3."]
    return problems


def _key_problems(draft: BigQueryDraft, stored: Connector | None) -> drafts.Problems:
    if not draft.key_file.strip():
        if stored is None or stored.secret is None:
            return {"key_file": ["Upload the key file of the service account."]}
        return {}
    try:
        keyfiles.read(draft.key_file)
    except BadKeyFile as error:
        return {"key_file": [error.message]}
    return {}
