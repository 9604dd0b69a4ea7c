"""The ready-made views: exact figures of a small world, of real orders, and in both dialects."""

import datetime as dt
import re
from decimal import Decimal

import duckdb
import psycopg
import pytest
import sqlglot

from sanderling.accounts.models import AuditEntry
from sanderling.broadcasts.models import Broadcast
from sanderling.connectors.drivers.bigquery import parquet
from sanderling.contacts.models import Contact, Device
from sanderling.events.models import Event
from sanderling.exports import analysing, reading, running
from sanderling.exports.analysis.views import VIEWS
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.datasets.columns import Dialect
from sanderling.exports.models import Export, Run
from sanderling.lib.errors import Forbidden, Invalid
from sanderling.orders.recording import NewItem
from sanderling.site.demonstration import shop as demonstration

DAY = dt.timedelta(days=1)
START = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)  # a Monday


@pytest.fixture
def busy(world):
    """Return a world of one broadcast to dina and ivan: one clicks and buys, one bounces."""
    dina, ivan = world.cast.dina.pk, world.cast.ivan.pk
    message = world.message()
    broadcast = Broadcast.objects.create(
        organisation=world.cast.organisation, name="Autumn to all", message=message,
        include=[11, 12], status="IDLE", started_at=START,
    )  # fmt: skip
    told = {
        "broadcast_id": broadcast.pk, "message_id": message.pk, "message_name": "Autumn",
    }  # fmt: skip
    world.activity("DELIVERED", delivery_id=1, occurred_at=START, **told)
    for minutes in (5, 9):
        at = START + dt.timedelta(minutes=minutes)
        world.activity("RECEIVED", delivery_id=1, occurred_at=at, **told)
    link = "https://sandpiper.example/tea"
    at = START + dt.timedelta(minutes=10)
    world.activity("CLICKED", delivery_id=1, occurred_at=at, link=link, **told)
    world.activity("UNDELIVERED", delivery_id=2, contact_id=ivan, occurred_at=START, **told)
    world.order(
        "O-1", contact_id=dina, status="DELIVERED", ordered_at=START + DAY, total_cost=Decimal(30)
    )
    world.order(
        "O-2", contact_id=ivan, status="DELIVERED", ordered_at=START, total_cost=Decimal(10)
    )
    world.order("O-3", contact_id=ivan, status="CANCELLED", ordered_at=START + DAY)
    Device.objects.create(
        organisation=world.cast.organisation, contact=world.cast.dina, application_id=3,
        device_id="phone-1", push_token="t", category="mobilepush", os_type="Android",
    )  # fmt: skip
    Contact.objects.update(created_at=START - DAY)
    Event.objects.update(occurred_at=START)  # the orders' own
    Event.objects.filter(contact_id=dina).update(occurred_at=START + DAY)
    world.broadcast, world.mail = broadcast, message
    return world


def made(world, *names, **fields):
    """Return an export of everything that ran, with these views (all, when none are named)."""
    export = world.export(**fields)
    world.run(export)
    analysing.make(
        world.cast.organisation.pk, export.pk, names or tuple(VIEWS), by=world.cast.owner
    )
    export.refresh_from_db()
    return export


def read(world, view, columns="*", more=""):
    return world.rows(f"SELECT {columns} FROM {view} {more}")


def test_campaign_performance_counts_messages_and_not_openings(busy):
    made(busy, "campaign_performance")
    columns = (
        "broadcast_id, campaign, segment_ids, subject, weekday, hour, sent, delivered, undelivered,"
        " opened, clicked, delivery_rate, open_rate, click_to_open_rate, spam_rate"
    )
    assert read(busy, "campaign_performance", columns) == [
        (
            busy.broadcast.pk, "Autumn to all", "11, 12", "Hello", 1, 9, 2, 1, 1, 1, 1,
            Decimal("50.00"), Decimal("100.00"), Decimal("100.00"), Decimal("0.00"),
        )
    ]  # fmt: skip


def test_contact_behaviour_knows_channel_hour_and_engagement(busy):
    made(busy, "contact_behaviour")
    columns = "external_customer_id, delivered_90, opened_90, preferred_channel, preferred_hour"
    assert read(busy, "contact_behaviour", columns, "ORDER BY contact_id") == [
        ("C-1", 1, 1, "Email", 9),
        (None, 0, 0, None, None),
        ("C-3", 0, 0, None, None),
    ]


def test_retargeting_audience_says_who_clicked_on_what_and_where_to_reach_him(busy):
    made(busy, "retargeting_audience")
    columns = "external_customer_id, device_id, os, has_push, last_link, last_message"
    assert read(busy, "retargeting_audience", columns, "WHERE last_link IS NOT NULL") == [
        ("C-1", "phone-1", "Android", True, "https://sandpiper.example/tea", "Autumn")
    ]
    assert read(busy, "retargeting_audience", "reason", "ORDER BY contact_id") == [
        ("bought",), ("bought",), ("never active",),
    ]  # fmt: skip


def test_churn_features_know_nothing_of_what_came_after_their_cutoff(busy):
    later = START + 100 * DAY
    busy.order("O-9", status="DELIVERED", ordered_at=START + 95 * DAY, total_cost=Decimal(5))
    busy.order("O-10", contact_id=busy.cast.ivan.pk, status="CANCELLED", ordered_at=later)
    made(busy, "churn_features")
    columns = "orders, spent, recency_days, has_returned, credited_revenue, clicked_90"
    assert read(busy, "churn_features", columns, "ORDER BY contact_id") == [
        (1, Decimal(30), 9, True, Decimal(30), 1),
        (1, Decimal(10), 10, False, Decimal(0), 0),
    ]


def test_order_value_leaves_canceled_orders_out(busy):
    made(busy, "order_value")
    columns = "month, orders, buyers, new_buyers, revenue, average_order, credited_share"
    assert read(busy, "order_value", columns) == [
        (
            dt.date(2026, 6, 1), 2, 2, 2, Decimal(40), Decimal("20.00"),
            Decimal("75.00"),
        )
    ]  # fmt: skip


def test_kpi_daily_is_alarmed_by_a_delivery_rate_that_fell(busy):
    for number in range(100):
        busy.activity("DELIVERED", delivery_id=1000 + number, occurred_at=START + 2 * DAY)
    for number in range(100):
        status = "DELIVERED" if number < 80 else "UNDELIVERED"
        busy.activity(status, delivery_id=2000 + number, occurred_at=START + 3 * DAY)
    made(busy, "kpi_daily")
    columns = "day, sent, delivery_rate, delivery_rate_before, revenue, is_alarming"
    assert read(busy, "kpi_daily", columns, "ORDER BY day") == [
        (dt.date(2026, 6, 1), 2, Decimal("50.00"), None, Decimal(0), False),
        (dt.date(2026, 6, 2), 0, None, Decimal("50.00"), Decimal(30), False),
        (dt.date(2026, 6, 3), 100, Decimal("100.00"), Decimal("50.00"), Decimal(0), False),
        (dt.date(2026, 6, 4), 100, Decimal("80.00"), Decimal("99.02"), Decimal(0), True),
    ]


def test_campaign_roi_names_the_price_at_which_nothing_is_earned(busy):
    made(busy, "campaign_roi")
    columns = (
        "campaign, messages, delivered, orders, revenue, average_order, conversion_rate,"
        " break_even_price, share_of_revenue"
    )
    assert read(busy, "campaign_roi", columns) == [
        (
            "Autumn to all", 2, 1, 1, Decimal(30), Decimal("30.00"), Decimal("100.00"),
            Decimal("15.0000"), Decimal("100.00"),
        )
    ]  # fmt: skip


def test_customer_journey_puts_every_channel_on_one_line(busy):
    made(busy, "customer_journey", "journey_funnel")
    steps = read(
        busy, "customer_journey", "step, kind, what, hours_since_last",
        f"WHERE contact_id = {busy.cast.dina.pk} AND kind <> 'event' ORDER BY step",
    )  # fmt: skip
    assert [step[1:3] for step in steps] == [
        ("contact", "created"),
        ("message", "delivered"),
        ("message", "received"),
        ("message", "received"),
        ("message", "clicked"),
        ("order", "delivered"),
    ]
    assert steps[1][3] == Decimal("24.00")
    columns = "channel, delivered, opened, clicked, bought, clicked_and_bought, lost_before_opening"
    assert read(busy, "journey_funnel", columns) == [("Email", 1, 1, 1, 1, 1, Decimal("0.00"))]


@pytest.fixture
def retail(world):
    """Return a world whose tables hold the orders of a real shop (UCI Online Retail)."""
    export = world.export()
    world.run(export)
    invoices = list(demonstration._orders(list(demonstration._rows("invoices.csv.gz"))))
    lines = list(demonstration._rows("lines.csv.gz"))
    numbers = {row[0]: place for place, row in enumerate(invoices, 1)}
    with psycopg.connect(world.shop.dsn) as connection, connection.cursor() as cursor:
        into = (
            'orders ("orderId", "externalOrderId", "contactId", "orderDate", "status", "totalCost")'
        )
        with cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for number, email, at, status, _items, total in invoices:
                word = "CANCELED" if status == "CANCELLED" else status
                copy.write_row((numbers[number], number, int(email[1:6]), at[:-3], word, total))
        into = '"orderItems" ("orderId", "externalProductId", "quantity", "cost")'
        with cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for invoice, _customer, code, _words, quantity, price in lines:
                if invoice in numbers:
                    copy.write_row((numbers[invoice], code, quantity, price))
        cursor.execute(
            'INSERT INTO contacts ("contactId", "createdDate") SELECT DISTINCT "contactId",'
            " timestamp '2010-12-01' FROM orders ON CONFLICT DO NOTHING"
        )
    analysing.make(world.cast.organisation.pk, export.pk, tuple(VIEWS), by=world.cast.owner)
    world.invoices, world.lines = invoices, lines
    return world


@pytest.mark.slow
def test_the_views_tell_the_figures_of_a_real_shop(retail):
    kept = [row for row in retail.invoices if row[3] != "CANCELLED"]
    months = read(retail, "order_value", "month, orders, buyers, revenue", "ORDER BY month")
    assert len(months) == 13
    assert sum(row[1] for row in months) == len(kept) == 18_536
    assert sum(row[3] for row in months) == sum(row[5] for row in kept)
    december = [row for row in kept if row[2].startswith("2010-12")]
    assert months[0][1:3] == (len(december), len({row[1] for row in december}))
    # A customer is new once, and all of them are.
    assert read(retail, "order_value", "sum(new_buyers)") == [(len({row[1] for row in kept}),)]
    # The sample of lines holds few whole baskets: the pairs are those of a plain count.
    baskets: dict[str, set[str]] = {}
    cancelled = {row[0] for row in retail.invoices if row[3] == "CANCELLED"}
    for invoice, _customer, code, *_rest in retail.lines:
        if invoice not in cancelled:
            baskets.setdefault(invoice, set()).add(code)
    (best,) = read(retail, "product_pairs", "product_a, product_b, orders",
                   "ORDER BY orders DESC, product_a, product_b LIMIT 1")  # fmt: skip
    assert best[2] == sum({best[0], best[1]} <= basket for basket in baskets.values()) > 3
    # The newest order is of 2011-12-09, so the cutoff is 2011-09-10.
    cutoff = dt.datetime.fromisoformat("2011-09-10 12:50")
    ((customers, orders, returned),) = read(
        retail, "churn_features", "count(*), sum(orders), count(*) FILTER (WHERE has_returned)"
    )
    before = [row for row in kept if dt.datetime.fromisoformat(row[2][:-3]) <= cutoff]
    after = {row[1] for row in kept if dt.datetime.fromisoformat(row[2][:-3]) > cutoff}
    assert (customers, orders) == (len({row[1] for row in before}), len(before))
    assert returned == len({row[1] for row in before} & after)


# What DuckDB calls BigQuery's types.
DUCKDB = {"INT64": "BIGINT", "FLOAT64": "DOUBLE", "STRING": "VARCHAR", "TIMESTAMP": "TIMESTAMP",
          "JSON": "VARCHAR"}  # fmt: skip


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("dialect", Dialect)
def test_a_view_is_sound_sql_over_the_columns_of_its_dialect(name, dialect):
    view = VIEWS[name]
    text = re.sub(r"\{(\w+)\}", r"\1", view.text(dialect))
    read_as = {"postgresql": "postgres", "bigquery": "bigquery"}[dialect]
    tree = sqlglot.parse_one(text, read=read_as)
    ctes = {cte.alias for cte in tree.find_all(sqlglot.exp.CTE)}
    tables = {table.name for table in tree.find_all(sqlglot.exp.Table)} - ctes
    assert tables == set(view.datasets)
    known = {c.lower() for d in view.datasets for c in DATASETS[d].columns_in(dialect)}
    cased = {
        column.name
        for column in tree.find_all(sqlglot.exp.Column)
        if column.name != column.name.lower()
    }
    assert {column for column in cased if column.lower() not in known} == set()


def test_both_dialects_tell_the_same_figures(busy, tmp_path):
    """BigQuery's texts, run by DuckDB over the rows as BigQuery would get them."""
    for number in range(3):
        tea, pot = NewItem("Tea", Decimal(1), Decimal(2)), NewItem("Pot", Decimal(1), Decimal(9))
        at = START + (95 + number) * DAY
        busy.order(f"O-{number}-late", status="DELIVERED", ordered_at=at, items=(tea, pot))
    made(busy)
    with duckdb.connect() as there:
        there.execute("SET TimeZone = 'UTC'")
        for name, dataset in DATASETS.items():
            fill(there, busy, dataset, tmp_path / name)
        for name, view in VIEWS.items():
            text = re.sub(r"\{(\w+)\}", r"\1", view.text(Dialect.BIGQUERY))
            query = sqlglot.transpile(text, read="bigquery", write="duckdb")[0]
            columns = [row[0] for row in there.execute(f"DESCRIBE {query}").fetchall()]
            found = there.execute(f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({query})")
            told = sorted(map(plain, found.fetchall()))
            listed = ", ".join(columns)
            assert told == sorted(map(plain, busy.rows(f"SELECT {listed} FROM {name}"))), name
            assert told, name


def fill(there, world, dataset, file):
    columns = dataset.columns_in(Dialect.BIGQUERY)
    window = reading.Window(world.cast.organisation.pk, 0, 2**62)
    sent = dataset.types_in(Dialect.BIGQUERY)
    with (
        reading.opened() as source,
        reading.snapshot(source),
        file.open("wb") as written,
        parquet.File(written, sent, bounds=()) as rows,
    ):
        rows.add(reading.rows(source, dataset, window, Dialect.BIGQUERY, tuple(sent)), sent)
    types = {name: DUCKDB[spelling.type] for name, spelling in columns.items()}
    listed = ", ".join(f'"{name}" {type_}' for name, type_ in types.items())
    there.execute(f'CREATE TABLE "{dataset.name}" ({listed})')
    there.execute(f"INSERT INTO \"{dataset.name}\" FROM read_parquet('{file}')")


def plain(row):
    """Return a row as texts, in which neither the kind of a number nor a zone is a difference."""
    return tuple(map(plain_value, row))


def plain_value(value):
    try:
        return f"{float(str(value)):.4f}"
    except (TypeError, ValueError):
        return "" if value is None else str(value).lower()[:19].removesuffix(" 00:00:00")


def test_a_view_needs_its_datasets_and_a_known_name(world):
    export = world.export("contacts")
    world.run(export)
    ours, by = world.cast.organisation.pk, world.cast.owner
    with pytest.raises(Invalid) as refused:
        analysing.make(ours, export.pk, ["order_value"], by=by)
    assert refused.value.problems == {
        "views": ['"order_value" needs orders, orderItems, revenue: export them too, and run once.']
    }
    with pytest.raises(Invalid, match="There is no view x"):
        analysing.make(ours, export.pk, ["x"], by=by)
    with pytest.raises(Forbidden):
        analysing.make(ours, export.pk, ["order_value"], by=world.cast.sender)
    assert world.rows("SELECT count(*) FROM pg_views WHERE schemaname = 'public'") == [(0,)]
    assert AuditEntry.objects.filter(verb="export.views.make").count() == 0


def test_something_of_the_customers_is_never_replaced(world):
    world.rows("CREATE VIEW kpi_daily AS SELECT 1 AS mine")
    export = world.export()
    world.run(export)
    with pytest.raises(analysing.NameTaken, match='called "kpi_daily"'):
        analysing.make(
            world.cast.organisation.pk, export.pk, ["order_value", "kpi_daily"], by=world.cast.owner
        )
    assert world.rows("SELECT mine FROM kpi_daily") == [(1,)]
    assert world.rows("SELECT to_regclass('order_value')") == [(None,)]
    analysing.drop(world.cast.organisation.pk, export.pk, ["kpi_daily"], by=world.cast.owner)
    assert world.rows("SELECT mine FROM kpi_daily") == [(1,)]


def test_views_are_dropped_and_remembered(world):
    export = made(world, "order_value", "kpi_daily")
    export.refresh_from_db()
    assert export.views == ["order_value", "kpi_daily"]
    analysing.drop(world.cast.organisation.pk, export.pk, ["order_value"], by=world.cast.owner)
    export.refresh_from_db()
    assert export.views == ["kpi_daily"]
    assert world.rows("SELECT to_regclass('order_value'), to_regclass('kpi_daily') IS NULL") == [
        (None, False)
    ]
    verbs = AuditEntry.objects.filter(verb__startswith="export.views").order_by("pk")
    assert [(entry.verb, entry.details["views"]) for entry in verbs] == [
        ("export.views.make", ["kpi_daily", "order_value"]),
        ("export.views.drop", ["order_value"]),
    ]


def test_a_view_that_went_with_its_table_comes_back_with_the_next_run(world):
    export = made(world, "order_value")
    world.rows("DROP TABLE orders CASCADE")
    assert world.rows("SELECT to_regclass('order_value')") == [(None,)]
    world.run(export)
    assert world.rows("SELECT to_regclass('order_value') IS NULL") == [(False,)]


def test_a_view_of_an_older_text_is_made_again_and_keeps_its_readers(world):
    export = made(world, "order_value")
    world.rows(
        "DROP VIEW order_value; CREATE VIEW order_value AS SELECT 1 AS x;"
        "COMMENT ON VIEW order_value IS 'Made by Sanderling; changes are lost. old';"
        "DROP ROLE IF EXISTS dashboard; CREATE ROLE dashboard;"
        "GRANT SELECT ON order_value TO dashboard"
    )
    world.run(export)
    assert world.rows("SELECT revenue FROM order_value") == []
    assert world.rows("SELECT has_table_privilege('dashboard', 'order_value', 'SELECT')") == [
        (True,)
    ]
    world.rows("DROP OWNED BY dashboard; DROP ROLE dashboard")


def test_our_views_step_aside_when_a_column_must_grow(world):
    """PostgreSQL refuses to change a column that a view reads; a view of the customer's stays."""
    export = made(world, "retargeting_audience")
    world.rows(
        "DROP ROLE IF EXISTS dashboard; CREATE ROLE dashboard;"
        "GRANT SELECT ON retargeting_audience TO dashboard"
    )
    address = "x" * 60 + "@example.com"
    Contact.objects.filter(pk=world.cast.dina.pk).update(email=address)
    Contact.objects.get(pk=world.cast.dina.pk).save(update_fields=["email"])
    part = world.run(export)["contacts"]
    assert part.notes == [
        'The column "email" was widened to varchar(100): a value has 72 characters.'
    ]
    assert world.rows("SELECT count(*) FROM retargeting_audience WHERE length(email) = 72") == [
        (1,)
    ]
    granted = "SELECT has_table_privilege('dashboard', 'retargeting_audience', 'SELECT')"
    assert world.rows(granted) == [(True,)]
    world.rows("DROP OWNED BY dashboard; DROP ROLE dashboard")


def test_a_column_that_is_added_later_leaves_the_views_whole(world):
    export = made(world, "contact_behaviour")
    world.rows("ALTER TABLE contacts ADD COLUMN mine text")
    world.run(export)
    assert world.rows("SELECT count(*) FROM contact_behaviour") == [(3,)]


def test_without_the_right_to_create_the_grant_to_run_is_said(world):
    export = made(world, "order_value")
    world.rows(
        "DROP ROLE IF EXISTS poor; CREATE ROLE poor LOGIN PASSWORD 'sea-lavender';"
        "GRANT USAGE ON SCHEMA public TO poor; GRANT ALL ON ALL TABLES IN SCHEMA public TO poor"
    )
    connector = export.connector
    connector.username = "poor"
    connector.save(update_fields=["username"])
    try:
        with pytest.raises(Exception, match="GRANT USAGE, CREATE ON SCHEMA") as refused:
            analysing.make(
                world.cast.organisation.pk, export.pk, ["kpi_daily"], by=world.cast.owner
            )
        assert '"public" TO "poor"' in str(refused.value)
        Export.objects.filter(pk=export.pk).update(views=["kpi_daily"])
        export.refresh_from_db()
        run = running.run(export)
        assert "GRANT USAGE, CREATE ON SCHEMA" in Run.objects.get(pk=run.pk).problem
    finally:
        world.rows("DROP OWNED BY poor; DROP ROLE poor")
