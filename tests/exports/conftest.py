"""A world with rows for all nine datasets, and a customer's schema to export them into."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import psycopg
import pytest
from bigquery_server import BigQueryServer
from cast import Cast, assemble
from customer import bigquery_connector, connector
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import timezone
from shopdb import Shop

from sanderling.activities.recording import NewActivity, record
from sanderling.broadcasts.models import Broadcast
from sanderling.connectors.models import Connector
from sanderling.contacts.models import Device
from sanderling.exports import running
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.models import Export
from sanderling.messages.models import Message, Translation
from sanderling.orders.recording import NewItem, NewOrder
from sanderling.revenue import taking

AT = dt.datetime(2026, 11, 20, 10, 11, 12, 345678, tzinfo=dt.UTC)


class World:
    """The cast, its rows, and the customer's server; every write is committed."""

    def __init__(self, cast: Cast, shop: Shop | BigQueryServer, connector: Connector) -> None:
        self.cast = cast
        self.shop = shop
        self.connector = connector

    def export(self, *datasets: str, schema: str = "public", **fields: object) -> Export:
        return Export.objects.create(
            organisation=self.cast.organisation,
            connector=self.connector,
            datasets=list(datasets or DATASETS),
            schema=schema,
            next_run_at=timezone.now(),
            **fields,
        )

    def run(self, export: Export) -> dict[str, object]:
        """Run an export; return its parts by dataset, all of which must have gone well."""
        parts = {part.dataset: part for part in running.run(export).datasets.all()}
        assert {name: part.error for name, part in parts.items() if part.error} == {}
        return parts

    def rows(self, query: str) -> list[tuple]:
        return self.shop.rows(query) if hasattr(self.shop, "rows") else self.shop.run(query)

    def activity(self, status: str = "DELIVERED", **columns: object) -> None:
        told = {
            "organisation_id": self.cast.organisation.pk,
            "contact_id": self.cast.dina.pk,
            "occurred_at": AT,
            "delivery_id": 7,
            **columns,
        }
        record([NewActivity(status=status, **told)])

    def order(self, number: str, **changes: object) -> None:
        told = {
            "external_order_id": number,
            "status": "IN_PROGRESS",
            "ordered_at": AT,
            "total_cost": Decimal("10.50"),
            "contact_id": self.cast.dina.pk,
            "currency": "USD",
            "items": (NewItem("P-1", Decimal(2), Decimal("5.25"), "Tea"),),
            **changes,
        }
        taking.take_orders(self.cast.organisation.pk, [NewOrder(**told)], by=self.cast.owner)

    def message(self) -> Message:
        message = Message.objects.create(
            organisation=self.cast.organisation,
            name="Autumn",
            subject="Hello",
            sender_name="Sandpiper",
            sender_email="post@sandpiper.example",
            language="en",
            tags=["news", "autumn"],
        )
        Translation.objects.create(
            organisation=self.cast.organisation, message=message, language="uk"
        )
        return message

    def everything(self) -> None:
        """Put rows into every dataset."""
        message = self.message()
        Broadcast.objects.create(
            organisation=self.cast.organisation,
            name="Autumn to all",
            message=message,
            include=[11, 12],
            status="RUNNING",
            started_at=AT,
        )
        Device.objects.create(
            organisation=self.cast.organisation,
            contact=self.cast.dina,
            application_id=3,
            device_id="phone-1",
            push_token="t" * 300,
        )
        self.activity("SENT")
        self.activity("DELIVERED")
        self.activity("CLICKED", link="https://sandpiper.example/tea", broadcast_id=5)
        self.order("O-1", status="DELIVERED", ordered_at=AT + dt.timedelta(hours=1))
        self.order("O-2")


@pytest.fixture(scope="module", autouse=True)
def _quick_cleaning() -> Iterator[None]:
    """Clean up by deleting: truncating two hundred tables that are empty takes a second a test.

    The tests commit, because rows of open transactions are never exported.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: wipe())
        yield


def wipe() -> None:
    names = set(connection.introspection.django_table_names(only_existing=True))
    names -= {"django_migrations", "django_content_type", "auth_permission"}
    filled = " UNION ALL ".join(f"SELECT '{n}' WHERE EXISTS (SELECT FROM {n})" for n in names)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(filled)
        for (name,) in cursor.fetchall():  # foreign keys are checked at the end: any order does
            cursor.execute(f"DELETE FROM {name}")


@pytest.fixture
def world(transactional_db: None, shop: Shop) -> Iterator[World]:
    """Return the world; the customer's tables are gone afterwards."""
    clean(shop)
    cast = assemble()
    yield World(cast, shop, connector(shop, cast.owner))
    clean(shop)


@pytest.fixture
def far(transactional_db: None, warehouse: BigQueryServer, bigquery: None) -> World:
    """Return the same world with a customer's BigQuery."""
    cast = assemble()
    return World(cast, warehouse, bigquery_connector(warehouse, cast.owner))


def clean(shop: Shop) -> None:
    with psycopg.connect(shop.dsn, autocommit=True) as connection:
        connection.execute(
            "DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS other CASCADE"
        )
