"""Does a key open BigQuery, and may it run jobs there?  Nothing is made and nothing is billed."""

from google.api_core.exceptions import NotFound

from sanderling.connectors.drivers.bigquery.opening import RETRY, TIMEOUT, Session, connect
from sanderling.connectors.drivers.bigquery.settings import BigQuerySettings
from sanderling.connectors.drivers.bigquery.working import Jobs
from sanderling.connectors.drivers.outages import SourceUnavailable
from sanderling.connectors.drivers.tables import Validation


def validate(settings: BigQuerySettings, dataset: str) -> Validation:
    """Return whether the project answers, and why not; nothing is raised."""
    try:
        with connect(settings) as session:
            return _seen(session, dataset)
    except SourceUnavailable as error:
        return Validation(ok=False, message=error.message, cause=error.cause)


def _seen(session: Session, dataset: str) -> Validation:
    settings = session.settings
    location = _location(session, dataset)
    Jobs(session, location or settings.location).dry_run("SELECT 1")
    where = (
        f"The dataset “{dataset}” lies in {location}."
        if location
        else f"The dataset “{dataset}” is not there yet; the first data export makes it in "
        f"{settings.location}, if the account may, or make it yourself."
    )
    words = f"Connected to the project {settings.project} as {settings.key.email}. {where}"
    return Validation(ok=True, message=words, is_tls=True)


def _location(session: Session, dataset: str) -> str:
    with session.words():
        try:
            found = session.client.get_dataset(dataset, retry=RETRY, timeout=TIMEOUT)
        except NotFound:
            return ""
    return str(found.location)
