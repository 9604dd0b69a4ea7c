"""A customer's database beside ours, opened through a connector as a customer would."""

from bigquery_server import BigQueryServer
from shopdb import Shop

from sanderling.accounts.actors import Actor
from sanderling.connectors import saving
from sanderling.connectors.drafts import Draft
from sanderling.connectors.drafts_bigquery import BigQueryDraft
from sanderling.connectors.models import Connector
from sanderling.sources import saving as sources
from sanderling.sources.models import DataSource

PROMO_CODES = """
DROP TABLE IF EXISTS promo_codes;
CREATE TABLE promo_codes (
    id bigint PRIMARY KEY, email text, name text, birthday date, promo_code text
);
INSERT INTO promo_codes VALUES
    (2, 'kozak@example.com', 'Dina Kozak', '2020-09-02', 'AAAA-BBBB-DDDD'),
    (3, 'KOZAK@example.com ', 'Dina again', NULL, 'AAAA-BBBB-EEEE'),
    (4, 'nobody@example.com', 'Not a contact', NULL, 'ZZZZ'),
    (5, '', 'No address', NULL, 'YYYY'),
    (6, NULL, 'No address at all', NULL, 'XXXX');
CREATE INDEX ON promo_codes (email);
"""


def draft(shop: Shop, **changes: object) -> Draft:
    """Return the form as a customer fills it in."""
    filled = {
        "name": "Shop",
        "host": shop.host,
        "port": shop.port,
        "database": shop.database,
        "username": shop.username,
        "password": shop.password,
        "key_column": "email",
        **changes,
    }
    return Draft(**filled)


def connector(shop: Shop, by: Actor, **changes: object) -> Connector:
    return saving.save(by.organisation_id, draft(shop, **changes), by=by)


def bigquery_connector(server: BigQueryServer, by: Actor, **changes: object) -> Connector:
    filled = {"name": "Warehouse", "dataset": "shop", "key_file": server.key_file(), **changes}
    return saving.save(by.organisation_id, BigQueryDraft(**filled), by=by)


def source(connector: Connector, by: Actor, *, table: str, name: str = "") -> DataSource:
    return sources.create(
        by.organisation_id,
        connector.pk,
        schema="public",
        table=table,
        name=name or table,
        by=by,
    )
