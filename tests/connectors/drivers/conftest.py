"""A customer's shop for the drivers: one server for all tests, with TLS where the machine can."""

import dataclasses
from collections.abc import Iterator

import pytest
import shopdb
from shopdb import Shop

from sanderling.connectors.drivers.postgres import describing, fetching, pooling
from sanderling.connectors.drivers.postgres.settings import ConnectionSettings
from sanderling.lib.hosts import Allowed

SHELVES = """
CREATE TYPE colour AS ENUM ('red', 'sea green');
CREATE DOMAIN percentage AS int CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE promo_codes (
    id bigint PRIMARY KEY,
    email text NOT NULL,
    name text,
    birthday date,
    promo_code varchar(50)
);
INSERT INTO promo_codes VALUES
    (2, ' Dina@Sandpiper.example', 'Dina Kozak', '2020-09-02', 'AAAA-BBBB-DDDD'),
    (1, 'dina@sandpiper.example', NULL, NULL, 'AAAA-BBBB-CCCC'),
    (3, 'ivan@sandpiper.example', 'Ivan', '1990-02-28', '');
CREATE INDEX ON promo_codes (email);
CREATE TABLE every_type (
    n int PRIMARY KEY, small smallint, big bigint, exact numeric(12, 2), loose double precision,
    price money, flag boolean, day date, at timestamptz, local timestamp, clock time,
    span interval, id uuid, doc jsonb, old json, words text[], numbers int[], days date[],
    shade colour, shades colour[], share percentage, mail citext, raw bytea, net inet,
    "odd ""name"" %s" text, "äöü" text, blank text
);
INSERT INTO every_type VALUES (
    1, 2, 9223372036854775807, 1250.50, 0.1, '12.30', true, '2020-09-02',
    '2026-11-21 10:11:12.5+02', '2026-11-21 10:11:12', '10:11:12', '1 day 02:00',
    'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '{"a": [1, {"b": null}]}', '{"z": "ж"}',
    '{a,NULL,"b c"}', '{1,NULL}', '{2020-09-02}', 'sea green', '{red,"sea green"}', 50,
    'Dina@Sandpiper.example', '\\xdeadbeef', '10.0.0.0/8', 'odd', 'umlaut', NULL
);
CREATE VIEW names AS SELECT email, name FROM promo_codes;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM promo_codes;
CREATE SCHEMA "back room";
CREATE TABLE "back room"."old Orders" (customer_id text, total numeric);
CREATE TABLE secret (n int);
CREATE ROLE reader LOGIN PASSWORD 'read-only';
GRANT USAGE ON SCHEMA public, "back room" TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public, "back room" TO reader;
REVOKE SELECT ON secret FROM reader;
CREATE ROLE locked_out LOGIN PASSWORD 'no-entry';
"""


@pytest.fixture(scope="session")
def shop() -> Iterator[Shop]:
    """Return the running server with its shelves filled."""
    shop = shopdb.start_postgres(tls=shopdb.has_tls())
    try:
        # The embedded server has no contrib modules.
        has_citext = shopdb.has_tls()
        shop.run("CREATE EXTENSION citext" if has_citext else "CREATE DOMAIN citext AS text")
        shop.run(SHELVES)
        shop.run("CREATE DATABASE closed")
        shop.run("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
        yield shop
    finally:
        shop.stop()


@pytest.fixture
def settings(shop: Shop) -> Iterator[ConnectionSettings]:
    """Return how a customer would open it: as a reader, by address, allowed by the operator."""
    yield ConnectionSettings(
        host=shop.host,
        port=shop.port,
        database=shop.database,
        username="reader",
        password="read-only",
        allowed=Allowed.from_words([f"127.0.0.1:{shop.port}"]),
    )
    pooling.close_all()
    describing._remembered.clear()
    fetching._doubts.clear()


@pytest.fixture
def owner_settings(shop: Shop, settings: ConnectionSettings) -> ConnectionSettings:
    """Return the settings of the owner, who may read everything."""
    return dataclasses.replace(settings, username=shop.username, password=shop.password)
