"""May the service account write into a dataset?  Asked before an export is saved.

A table that vanishes is made and a MERGE into it is planned, not run: that needs all the rights
that an export needs, and fails in a project without billing.
"""

import datetime as dt
from collections.abc import Sequence

from sanderling.connectors.drivers.bigquery import merging
from sanderling.connectors.drivers.bigquery.loading import staging_of
from sanderling.connectors.drivers.bigquery.opening import Session, connect
from sanderling.connectors.drivers.bigquery.settings import BigQuerySettings
from sanderling.connectors.drivers.bigquery.tables import Tables, Target
from sanderling.connectors.drivers.bigquery.working import Jobs
from sanderling.connectors.drivers.outages import SourceUnavailable

TRIAL = Target("sanderling_trial", {"id": "INT64", "name": "STRING"}, key=("id",))


def problems(settings: BigQuerySettings, dataset: str, targets: Sequence[Target]) -> list[str]:
    """Return why the tables could not be written, in words; empty is well.

    The dataset is made when it is not there.
    """
    try:
        with connect(settings) as session:
            return _found(session, dataset, targets)
    except SourceUnavailable as error:
        return [error.message]


def _found(session: Session, dataset: str, targets: Sequence[Target]) -> list[str]:
    tables = Tables(session, dataset)
    tables.open()
    _try(session, tables)
    return [problem for target in targets for problem in _about(tables, target)]


def _try(session: Session, tables: Tables) -> None:
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    name = staging_of(TRIAL)
    tables.stage(name, TRIAL.types, tomorrow)
    try:
        address = tables.address(name)
        Jobs(session, tables.location).dry_run(merging.merge(TRIAL, address, address, {}))
    finally:
        tables.drop(name)


def _about(tables: Tables, target: Target) -> list[str]:
    found = tables.get(target.table)
    try:
        if found is not None:
            tables.check(target, found)
    except SourceUnavailable as refusal:
        return [refusal.message]
    return []
