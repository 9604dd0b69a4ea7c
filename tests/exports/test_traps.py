"""What a customer's database has in store for whoever writes into it."""

import datetime as dt

import psycopg
import pytest
from django.utils import timezone

from sanderling.connectors import saving as connectors
from sanderling.contacts.models import Contact
from sanderling.exports import checking, running
from sanderling.exports.models import Export, Run
from sanderling.orders.models import Order


@pytest.fixture
def guest(world):
    """Return a plain role of the customer's server, and the world with a connector as it."""
    world.rows(
        "DROP SCHEMA IF EXISTS other CASCADE; DROP OWNED BY guest; DROP ROLE guest"
        if world.rows("SELECT FROM pg_roles WHERE rolname = 'guest'")
        else "SELECT"
    )
    world.rows("CREATE ROLE guest LOGIN PASSWORD 'sand'; CREATE SCHEMA other AUTHORIZATION guest")
    world.connector.username = "guest"
    world.connector.secret = connectors.opening.sealed("sand", world.connector.pk)
    world.connector.save(update_fields=["username", "secret"])
    yield world
    world.rows("GRANT TEMPORARY ON DATABASE shop TO PUBLIC")
    world.rows("DROP OWNED BY guest CASCADE; DROP ROLE guest")


def errors_of(run):
    return {part.dataset: part.error for part in run.datasets.all()}


def test_a_role_that_may_not_create_is_told_the_grant_to_run(guest):
    export = guest.export("contacts")
    words = 'GRANT USAGE, CREATE ON SCHEMA "public" TO "guest";'
    assert checking.problems_of(guest.connector, "public") == [
        f"The user 'guest' may not make tables in the schema \"public\". Run: {words}"
    ]
    assert words in errors_of(running.run(export))["contacts"]
    guest.rows(words)
    assert checking.problems_of(guest.connector, "public") == []
    guest.run(export)


def test_a_schema_that_is_not_there_is_named_with_its_creation(guest):
    words = 'CREATE SCHEMA "Nowhere" AUTHORIZATION "guest";'
    assert checking.problems_of(guest.connector, "Nowhere") == [
        f'There is no schema "Nowhere". Run: {words}'
    ]
    assert words in errors_of(running.run(guest.export("contacts", schema="Nowhere")))["contacts"]


def test_a_table_of_somebody_else_is_named_with_its_grant(guest):
    guest.rows('CREATE TABLE other.orders (id int); GRANT USAGE ON SCHEMA other TO "shopkeeper"')
    words = 'GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON "other"."orders" TO "guest";'
    assert checking.problems_of(guest.connector, "other") == [
        f'The user may not write the table "orders". Run: {words}'
    ]


def test_without_the_right_to_temporary_tables_rows_are_staged_in_the_schema(guest):
    guest.rows("REVOKE TEMPORARY ON DATABASE shop FROM PUBLIC")
    guest.everything()
    export = guest.export(schema="other")
    guest.run(export)
    Contact.objects.filter(pk=guest.cast.dina.pk).first().save(update_fields=["first_name"])
    guest.order("O-1", status="DELIVERED", first_name="Diana", items=())
    guest.run(export)
    assert guest.rows('SELECT count(*) FROM other."orderItems"') == [(1,)]
    assert guest.rows(
        "SELECT relname FROM pg_class WHERE relname LIKE '\\_sanderling%' AND relkind = 'r'"
    ) == [("_sanderling_state",)]


def test_a_column_that_cannot_be_added_is_left_out_and_the_run_says_so(guest):
    guest.rows(
        'CREATE TABLE other.contacts ("contactId" bigint PRIMARY KEY, email text);'
        "GRANT SELECT, INSERT, UPDATE, DELETE ON other.contacts TO guest"
    )
    part = guest.run(guest.export("contacts", schema="other"))["contacts"]
    assert guest.rows("SELECT count(email) FROM other.contacts") == [(2,)]
    assert part.notes[0] == 'The table "contacts" was there already; its rows are kept.'
    assert part.notes[1] == (
        'The column "contactSource" could not be added and is left out: '
        'ALTER TABLE "other"."contacts" ADD COLUMN "contactSource" varchar(50);'
    )


def test_a_reader_in_the_way_of_a_new_column_is_not_waited_for(world, monkeypatch):
    from sanderling.connectors.drivers.postgres import writing

    monkeypatch.setattr(writing, "LONGEST_WAIT", 0.2)
    export = world.export("contacts")
    world.run(export)
    world.rows(
        "ALTER TABLE contacts DROP COLUMN sms; UPDATE _sanderling_state SET columns = '[\"email\"]'"
    )
    change(world)
    with psycopg.connect(world.shop.dsn) as reader:
        reader.execute("SELECT count(*) FROM contacts")
        part = world.run(export)["contacts"]
    assert 'The column "sms" could not be added' in part.notes[0]
    change(world)
    part = world.run(export)["contacts"]
    assert part.notes == ['The column "sms" was added.']
    assert world.rows("SELECT count(sms) FROM contacts") == [(1,)]  # everybody was sent again


def test_a_column_that_the_customer_dropped_is_not_made_again(world):
    export = world.export("contacts")
    world.run(export)
    world.rows("ALTER TABLE contacts DROP COLUMN sms")
    change(world)
    part = world.run(export)["contacts"]
    assert part.notes == ['The column "sms" was dropped and is left out.']
    assert part.rows_written == 1


def test_the_customers_own_columns_keep_their_values(world):
    export = world.export("contacts")
    world.run(export)
    world.rows("ALTER TABLE contacts ADD COLUMN vip boolean NOT NULL DEFAULT true")
    world.rows("ALTER TABLE contacts ADD COLUMN big text GENERATED ALWAYS AS (upper(email)) STORED")
    world.rows("UPDATE contacts SET vip = false")
    change(world)
    world.run(export)
    assert world.rows("SELECT DISTINCT vip FROM contacts") == [(False,)]


def test_a_rule_that_refuses_our_rows_is_named(world):
    export = world.export("contacts")
    world.run(export)
    world.rows("ALTER TABLE contacts ADD CONSTRAINT no_diana CHECK (\"firstName\" <> 'Diana')")
    change(world)
    error = errors_of(running.run(export))["contacts"]
    assert error == (
        'The table "contacts" refuses our rows by a rule that was added to it ("no_diana"). '
        "Drop the rule, or give the column a default."
    )


def test_a_unique_rule_and_a_trigger_of_theirs_are_told_apart_from_a_broken_query(world):
    export = world.export("contacts", "orders")
    world.order("O-1")
    world.run(export)
    world.rows('CREATE UNIQUE INDEX one_name ON contacts ("firstName")')
    world.cast.dina.first_name = world.cast.ivan.first_name
    world.cast.dina.save(update_fields=["first_name"])
    world.rows(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;"
        "CREATE TRIGGER no BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION no()"
    )
    world.order("O-2")
    found = errors_of(running.run(export))
    assert found["contacts"].startswith(
        'The table "contacts" refuses our rows by a rule that was added to it ("one_name").'
    )
    assert found["orders"] == (
        "A trigger that was added to the table refuses our rows. Drop it, or let them pass."
    )
    world.rows("DROP INDEX one_name; DROP TRIGGER no ON orders; DROP FUNCTION no")
    world.run(export)
    assert world.rows("SELECT count(*) FROM orders") == [(2,)]


def test_a_value_that_is_too_long_widens_its_column(world):
    long = "x" * 50 + "@example.com"
    world.cast.ivan.email = long
    world.cast.ivan.save(update_fields=["email"])
    part = world.run(world.export("contacts"))["contacts"]
    assert part.notes == [
        'The column "email" was widened to varchar(100): a value has 62 characters.'
    ]
    assert world.rows(f"SELECT count(*) FROM contacts WHERE email = '{long}'") == [(1,)]
    assert world.rows("SELECT count(*) FROM contacts") == [(3,)]
    assert ("contacts_pkey",) in world.rows("SELECT conname FROM pg_constraint")


def test_under_a_view_a_value_that_is_too_long_is_cut_and_the_run_says_which(world):
    export = world.export("contacts", "contactActivities")
    world.activity("CLICKED", link="https://sandpiper.example/")
    world.run(export)
    world.rows(
        'CREATE VIEW mine AS SELECT c.email, a."clickEventLink" FROM contacts c,'
        ' "contactActivities" a'
    )
    world.cast.ivan.email = "x" * 50 + "@example.com"
    world.cast.ivan.save(update_fields=["email"])
    world.activity("CLICKED", link="https://sandpiper.example/" + "y" * 1000)
    parts = world.run(export)
    assert "".join(parts["contacts"].notes) == (
        '1 values of "email" are longer than 50 characters and were cut, because the column '
        "cannot be widened (a view uses it, or it has another owner): "
        f"contactId {world.cast.ivan.pk}."
    )
    assert world.rows("SELECT count(*) FROM contacts WHERE length(email) = 50") == [(1,)]
    assert len(parts["contactActivities"].notes) == 1
    assert world.rows('SELECT max(length("clickEventLink")) FROM "contactActivities"') == [(1000,)]


def test_numbers_beyond_what_an_int_holds_arrive(world):
    world.activity("CLICKED", delivery_id=2**40, broadcast_id=2**50)
    world.run(world.export("contactActivities"))
    assert world.rows('SELECT "messageInstanceId", "broadcastId" FROM "contactActivities"') == [
        (2**40, 2**50)
    ]


def test_a_jsonb_column_of_the_customer_takes_our_parameters(world):
    world.order("O-1")  # raises an event
    export = world.export("events")
    world.run(export)
    world.rows('ALTER TABLE events ALTER COLUMN "paramsJson" TYPE jsonb')
    world.order("O-2")
    assert world.run(export)["events"].rows_written == 1
    assert world.rows("SELECT count(*) FROM events") == [(2,)]


def test_a_column_of_another_type_is_written_by_the_servers_own_conversion(world):
    world.activity("CLICKED")
    export = world.export("contactActivities")
    world.run(export)
    world.rows('ALTER TABLE "contactActivities" ALTER COLUMN "messageInstanceId" TYPE numeric')
    world.activity("RECEIVED")
    world.run(export)
    assert world.rows('SELECT "messageInstanceId" FROM "contactActivities"') == [(7,), (7,)]


def test_without_the_primary_key_rows_are_deleted_and_written(world):
    export = world.export("contacts")
    world.run(export)
    world.rows("ALTER TABLE contacts DROP CONSTRAINT contacts_pkey")
    change(world)
    part = world.run(export)["contacts"]
    assert "has no unique key on contactId any more" in part.notes[0]
    assert world.rows("SELECT count(*), count(*) FILTER (WHERE \"firstName\" = 'Diana')"
                      " FROM contacts") == [(3, 1)]  # fmt: skip


def test_without_the_key_column_the_dataset_stops_and_says_why(world):
    export = world.export("contacts")
    world.run(export)
    world.rows('ALTER TABLE contacts DROP COLUMN "contactId"')
    change(world)
    assert (
        'The column "contactId" of "contacts" is needed'
        in errors_of(running.run(export))["contacts"]
    )


def test_a_locked_table_is_left_for_the_next_run(world, monkeypatch):
    from sanderling.connectors.drivers.postgres import writing

    monkeypatch.setattr(writing, "LONGEST_WAIT", 0.2)
    export = world.export("contacts")
    world.run(export)
    change(world)
    with psycopg.connect(world.shop.dsn) as other:
        other.execute("LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE")
        error = errors_of(running.run(export))["contacts"]
    assert error.startswith("A table is locked by somebody else's open transaction")
    world.run(export)
    assert world.rows("SELECT count(*) FROM contacts WHERE \"firstName\" = 'Diana'") == [(1,)]


def test_a_roles_statement_timeout_does_not_stop_us(guest):
    guest.rows("ALTER ROLE guest SET statement_timeout = 1")
    guest.run(guest.export("contacts", schema="other"))


def test_a_read_only_role_is_told_apart(guest):
    guest.rows("ALTER ROLE guest SET default_transaction_read_only = on")
    error = errors_of(running.run(guest.export("contacts", schema="other")))["contacts"]
    assert error.startswith("The database only lets us read")


def test_a_table_that_was_dropped_is_made_anew_and_complete(world):
    export = world.export("contacts")
    world.run(export)
    world.rows("DROP TABLE contacts")
    part = world.run(export)["contacts"]
    assert part.notes == ["The table was gone; it is made anew."]
    assert world.rows("SELECT count(*) FROM contacts") == [(3,)]


def test_a_lost_table_of_states_doubles_nothing(world):
    export = world.export("contactActivities", "contacts")
    world.activity("CLICKED")
    world.run(export)
    world.rows("DROP TABLE _sanderling_state")
    world.activity("RECEIVED")
    world.run(export)
    assert world.rows('SELECT "activityStatus" FROM "contactActivities" ORDER BY 1') == [
        ("CLICKED",),
        ("RECEIVED",),
    ]


def test_a_destination_that_went_back_in_time_gets_what_it_lost(world):
    export = world.export("contactActivities")
    world.activity("CLICKED")
    world.run(export)
    world.rows('CREATE TABLE backup AS TABLE "contactActivities"')
    world.rows("CREATE TABLE backup_of_state AS TABLE _sanderling_state")
    world.activity("RECEIVED")
    world.run(export)
    world.rows('TRUNCATE "contactActivities"; INSERT INTO "contactActivities" TABLE backup')
    world.rows("TRUNCATE _sanderling_state; INSERT INTO _sanderling_state TABLE backup_of_state")
    world.activity("SPAM")
    world.run(export)
    assert world.rows('SELECT "activityStatus" FROM "contactActivities" ORDER BY 1') == [
        ("CLICKED",),
        ("RECEIVED",),
        ("SPAM",),
    ]


def test_when_our_own_database_was_restored_everything_is_sent_again(world):
    export = world.export("contactActivities", "contacts")
    world.activity("CLICKED")
    world.run(export)
    # The world as a backup of ours would not know it: rows of a future that did not happen.
    world.rows(
        "UPDATE _sanderling_state SET source = 'before-the-restore';"
        'INSERT INTO contacts ("contactId") VALUES (999999);'
        'INSERT INTO "contactActivities" ("contactId") VALUES (999999)'
    )
    parts = world.run(export)
    assert parts["contacts"].notes == [
        "Our database was restored or moved since the last run: all rows are sent again.",
        "1 rows that no longer exist here were deleted.",
    ]
    assert world.rows("SELECT count(*) FROM contacts") == [(3,)]
    assert world.rows('SELECT "activityStatus" FROM "contactActivities"') == [("CLICKED",)]


def test_rows_that_were_there_before_us_are_never_swept(world):
    world.rows(
        'CREATE TABLE contacts ("contactId" bigint PRIMARY KEY); INSERT INTO contacts VALUES (-5)'
    )
    export = world.export("contacts")
    part = world.run(export)["contacts"]
    assert len([note for note in part.notes if note.endswith("was added.")]) == 18
    world.rows("UPDATE _sanderling_state SET swept_at = NULL")
    world.run(export)
    assert world.rows("SELECT count(*) FROM contacts") == [(4,)]


def test_a_second_export_of_the_same_table_is_refused(world):
    world.run(world.export("contacts"))
    other = world.export("contacts")
    assert 'writes "contacts" in this schema already' in errors_of(running.run(other))["contacts"]


def test_a_new_export_goes_on_where_a_deleted_one_stood(world):
    world.activity("CLICKED")
    world.run(world.export("contactActivities"))
    Export.objects.all().delete()
    world.run(world.export("contactActivities"))
    assert world.rows('SELECT count(*) FROM "contactActivities"') == [(1,)]


def change(world):
    """Change Dina, so that there is something to export."""
    world.cast.dina.first_name = "Diana"
    world.cast.dina.save(update_fields=["first_name"])


def test_a_restore_to_nothing_takes_the_rows_away_there_too(world):
    world.order("O-1")
    export = world.export("orders")
    world.run(export)
    Order.objects.all().delete()
    world.rows("UPDATE _sanderling_state SET source = 'before-the-restore'")
    world.run(export)
    assert world.rows("SELECT count(*) FROM orders") == [(0,)]
    assert world.run(export)["orders"].notes == []


def test_what_is_older_than_ninety_days_is_forgotten(world):
    export = world.export("contacts")
    world.run(export)
    Run.objects.update(started_at=timezone.now() - dt.timedelta(days=91))
    world.run(export)
    assert Run.objects.count() == 1
