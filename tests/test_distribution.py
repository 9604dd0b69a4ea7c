"""The schema can be spread over many machines: the rules, asked of the real catalogue.

A contact-scoped table is distributed by ``contact_id``: every unique index must contain it, and
foreign keys may lead only to reference tables or along ``contact_id``.
"""

import pytest
from django.db import connection

# Spread by the contact they belong to.
BY_CONTACT = {
    "activities_activity",
    "activities_rollup",
    "appinbox_entry",
    "appinbox_session",
    "contacts_device",
    "contacts_listmember",
    "contacts_newcomer",
    "contacts_subscription",
    "events_event",
    "optin_confirmation",
    "orders_item",
    "orders_order",
    "revenue_revenue",
    "segments_member",
    "sending_delivery",
    "workflows_entrant",
    "workflows_run",
}
# Spread by the value that must be unique across contacts.
BY_VALUE = {
    "contacts_contactkey": "value",
    "contacts_suppression": "address",
    "orders_orderkey": "external_order_id",
    "websites_hit": "cookie",
    "websites_visitor": "cookie",
    "sending_reference": "reference",
}
PARTITIONED = {"activities_activity", "events_event"}


def asked(query: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def unique_indexes(table: str) -> list[tuple[str, list[str]]]:
    return asked(
        """SELECT i.relname, array_agg(a.attname::text)
             FROM pg_index x
             JOIN pg_class i ON i.oid = x.indexrelid
             JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey)
            WHERE x.indrelid = %s::regclass AND x.indisunique
            GROUP BY i.relname""",
        table,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(BY_CONTACT))
def test_every_unique_index_of_a_contact_scoped_table_contains_the_contact(table):
    found = unique_indexes(table)
    assert found
    for index, columns in found:
        assert "contact_id" in columns, index


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(BY_CONTACT))
def test_a_contact_scoped_table_knows_its_organisation(table):
    columns = {
        name
        for (name,) in asked(
            "SELECT attname FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND attnotnull",
            table,
        )
    }
    assert {"organisation_id", "contact_id"} <= columns


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(BY_VALUE))
def test_every_unique_index_of_a_key_table_contains_its_value(table):
    for index, columns in unique_indexes(table):
        assert BY_VALUE[table] in columns, index


@pytest.mark.django_db
def test_every_table_with_a_contact_is_known_here():
    found = {
        name
        for (name,) in asked(
            """SELECT c.relname FROM pg_class c
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'contact_id'
                WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
                  AND c.relnamespace = 'public'::regnamespace"""
        )
    }
    # keyed by organisation; small
    local = {"contacts_erasure", "contacts_joining", "promocodes_promocode"}
    assert found == BY_CONTACT | (set(BY_VALUE) - {"contacts_suppression", "websites_hit"}) | local


@pytest.mark.django_db
def test_no_contact_scoped_table_is_referenced_but_along_the_contact():
    found = asked(
        """SELECT conrelid::regclass::text, confrelid::regclass::text,
                  (SELECT array_agg(attname::text) FROM pg_attribute
                    WHERE attrelid = conrelid AND attnum = ANY (conkey))
             FROM pg_constraint
            WHERE contype = 'f' AND confrelid::regclass::text = ANY (%s)""",
        [*BY_CONTACT, "contacts_contact"],
    )
    for table, target, columns in found:
        assert columns == ["contact_id"], f"{table} refers to {target} by {columns}"


@pytest.mark.django_db
def test_facts_are_cut_by_month_and_never_refused():
    found = dict(
        asked(
            """SELECT p.partrelid::regclass::text, count(*)
                 FROM pg_partitioned_table p JOIN pg_inherits i ON i.inhparent = p.partrelid
                GROUP BY 1"""
        )
    )
    assert set(found) == PARTITIONED
    # last month, this one, three to come, and the rest
    assert set(found.values()) == {6}


@pytest.mark.django_db
def test_the_schema_needs_no_extension():
    assert asked("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'") == []
