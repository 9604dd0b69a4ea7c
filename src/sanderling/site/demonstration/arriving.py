"""Act one: an organisation connects its shop, and its customers become contacts."""

from collections.abc import Iterator

import psycopg
from rich.progress import Progress

from sanderling.accounts import organising
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Membership, Organisation, Role
from sanderling.connectors import saving as connectors
from sanderling.connectors import validating
from sanderling.connectors.drafts import Draft
from sanderling.connectors.models import Connector
from sanderling.contacts import fields, importing
from sanderling.contacts.importing import Setup
from sanderling.contacts.models import Import
from sanderling.lib.errors import SanderlingError
from sanderling.site.demonstration.announcing import EMAIL, ORGANISATION
from sanderling.site.demonstration.shop import DATABASE, ROLE
from sanderling.site.demonstration.stage import Stage
from sanderling.site.importing import follow
from sanderling.sources import saving as sources
from sanderling.sources.models import DataSource

CONNECTOR = "The shop's database"
TABLES = ("promo_codes", "orders", "customer_figures")
CUSTOMERS = """
COPY (SELECT id AS "External ID", email AS "Email", birthday AS "Birthday", country AS "Country"
        FROM customers ORDER BY id) TO STDOUT (FORMAT csv, HEADER)
"""


class ConnectionFailed(SanderlingError):
    """The shop's database could not be reached."""


def open_organisation(password: str) -> tuple[Organisation, Actor]:
    """Return the demonstration's organisation and its owner; make them the first time."""
    found = Organisation.objects.filter(name=ORGANISATION).first()
    if found is None:
        found = organising.create_organisation(
            ORGANISATION, time_zone="Europe/London", currency="GBP"
        )
        fields.create_defaults(found.pk)
    owner = Membership.objects.filter(organisation=found, role=Role.OWNER).first()
    if owner is None:
        organising.add_user(found, email=EMAIL, role=Role.OWNER, password=password, name="Demo")
        owner = Membership.objects.get(organisation=found, role=Role.OWNER)
    return found, Actor.member(owner)


def connect(stage: Stage) -> str:
    """Validate and save the connector, as its form does; return what validation said."""
    draft = Draft(
        name=CONNECTOR,
        host=stage.shop.host,
        port=stage.shop.port,
        database=DATABASE,
        username=ROLE,
        password=stage.shop.password,
        key_column="email",
    )
    stage.connector = Connector.objects.filter(
        organisation_id=stage.number, name=CONNECTOR
    ).first() or connectors.save(stage.number, draft, by=stage.by)
    validation = validating.validate_stored(stage.number, stage.connector.pk, by=stage.by)
    if not validation.ok:
        raise ConnectionFailed(validation.message)
    return validation.message


def add_sources(stage: Stage) -> None:
    """Make three of the shop's tables data sources."""
    assert stage.connector is not None
    for table in TABLES:
        known = DataSource.objects.filter(organisation_id=stage.number, name=table).first()
        stage.sources[table] = known or sources.create(
            stage.number,
            stage.connector.pk,
            schema="public",
            table=table,
            name=table,
            by=stage.by,
        )


def import_customers(stage: Stage, *, bar: Progress) -> dict[str, int]:
    """Import the shop's customers from a CSV file, through the worker."""
    name = "customers.csv"
    run = Import.objects.filter(organisation_id=stage.number, name=name).first()
    if run is None:
        run = importing.create(stage.number, name, chunks=_customers(stage), by=stage.by)
        setup = Setup(mapping=run.mapping, unique_by="EMAIL", new_list="Customers of the shop")
        importing.configure(stage.number, run.pk, setup, by=stage.by)
        importing.start(stage.number, run.pk, by=stage.by)
    return follow(run, bar=bar)


def _customers(stage: Stage) -> Iterator[bytes]:
    with (
        psycopg.connect(stage.shop.dsn) as connection,
        connection.cursor().copy(CUSTOMERS.encode()) as copy,
    ):
        for block in copy:
            yield bytes(block)
