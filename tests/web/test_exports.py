"""The pages of the data export, in front of a real customer's server."""

import datetime as dt
import json
import re

import pytest
from customer import bigquery_connector, connector
from django.utils import timezone

from sanderling.accounts.models import AuditEntry
from sanderling.exports import running
from sanderling.exports.models import Comparison, Export, Run

AT, LAG = dt.datetime(2031, 11, 29, 12, tzinfo=dt.UTC), dt.timedelta(seconds=12.5)
FORM = {"interval": "1h", "cron": "", "schema": "public", "datasets": ["contacts", "orders"]}


@pytest.fixture
def connected(cast, shop):
    shop.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return connector(shop, cast.owner)


def test_without_a_connector_the_form_says_what_to_do_first(owner):
    page = owner.get("/data-export/new").content.decode()
    assert "No connector yet" in page


def test_a_new_export_is_prefilled_as_the_document_says(owner, connected):
    page = owner.get("/data-export/new").content.decode()
    assert re.search(r'name="schema"[^>]*value="public"', page)
    assert page.count('type="checkbox" name="datasets"') == 9
    for words in ("contactActivities", "Every 15 minutes", "By a cron line"):
        assert words in page


def test_an_export_is_saved_listed_and_shown(owner, connected):
    answer = owner.post("/data-export/new", {"connector": connected.pk, **FORM})
    export = Export.objects.get()
    assert answer["Location"] == f"/data-export/{export.pk}"
    assert (export.datasets, export.interval) == (["contacts", "orders"], "1h")
    assert "Shop · public" in owner.get("/data-export/").content.decode()
    page = owner.get(answer["Location"]).content.decode()
    assert "not exported yet" in page
    assert "It has not run yet" in page


def test_a_missing_schema_is_refused_with_what_to_run_and_keeps_the_form(owner, connected):
    answer = owner.post(
        "/data-export/new", {"connector": connected.pk, **FORM, "schema": "marketing"}
    )
    page = answer.content.decode()
    assert "Run: CREATE SCHEMA &quot;marketing&quot; AUTHORIZATION" in page
    assert re.search(r'value="contacts" checked', page)
    assert not re.search(r'value="events" checked', page)
    assert Export.objects.count() == 0


def test_an_export_is_edited_paused_run_and_deleted(owner, connected):
    owner.post("/data-export/new", {"connector": connected.pk, **FORM})
    export = Export.objects.get()
    here = f"/data-export/{export.pk}"
    changed = {"connector": connected.pk, **FORM, "datasets": ["events"], "interval": "15m"}
    assert owner.post(f"{here}/edit", changed)["Location"] == here
    export.refresh_from_db()
    assert (export.datasets, export.interval) == (["events"], "15m")
    assert "saved; a run starts now." in owner.get(here).content.decode()
    owner.post(f"{here}/pause", {"on": "1"})
    export.refresh_from_db()
    assert export.is_paused
    page = owner.post(f"{here}/edit", changed, follow=True).content.decode()
    assert "It is paused: “Resume” lets it run." in page
    owner.post(f"{here}/run")
    export.refresh_from_db()
    assert export.requested_at is not None
    owner.post(f"{here}/compare")
    export.refresh_from_db()
    assert export.compare_requested_at is not None
    owner.post(f"{here}/delete")
    assert Export.objects.count() == 0


def test_the_history_tells_rows_and_errors_in_plain_words(owner, connected, shop):
    shop.run("CREATE VIEW orders AS SELECT 1 AS x")
    owner.post("/data-export/new", {"connector": connected.pk, **FORM, "datasets": ["contacts"]})
    export = Export.objects.get()
    export.datasets = ["contacts", "orders"]
    export.save(update_fields=["datasets"])
    running.run(export)
    page = owner.get(f"/data-export/{export.pk}").content.decode()
    assert "is not a table (a view?)" in page
    assert page.count(">done<") == 1


def test_the_history_tells_lag_duration_bytes_rows_and_the_next_run(owner, connected):
    owner.post("/data-export/new", {"connector": connected.pk, **FORM})
    export = Export.objects.get()
    run = running.run(export)
    page = owner.get(f"/data-export/{export.pk}").content.decode()
    assert re.search(r"\d\.\d s · 0 rows · \d+\xa0bytes", page)
    assert re.search(r"Changes older than \d+\.\d s had arrived\.", page)
    ended = run.started_at + dt.timedelta(seconds=90)
    Run.objects.update(finished_at=ended, next_run_at=AT)
    parts = run.datasets
    parts.update(rows_written=2, rows_deleted=1, bytes_sent=700, fresh_at=ended - LAG)
    page = owner.get(f"/data-export/{export.pk}").content.decode()
    assert "90.0 s · 6 rows · 1.4\xa0KB" in page
    assert "Changes older than 12.5 s had arrived." in page
    assert re.search(r"Next run after it</dt><dd[^>]*>29 Nov 2031", page)
    parts.filter(dataset="orders").update(fresh_at=None)  # it never arrived
    assert "had arrived" not in owner.get(f"/data-export/{export.pk}").content.decode()


def test_how_often_both_sides_are_compared_is_chosen_and_written_down(owner, connected):
    owner.post("/data-export/new", {"connector": connected.pk, **FORM})
    export = Export.objects.get()
    assert export.rhythm == "night"
    running.run(export)
    export.refresh_from_db()
    assert export.compare_at is not None
    here = f"/data-export/{export.pk}"
    form = {"connector": connected.pk, **FORM}
    owner.post(f"{here}/edit", {**form, "comparison": "never"})
    export.refresh_from_db()
    assert (export.rhythm, export.compare_at) == ("never", None)
    assert "Only when somebody asks" in owner.get(here).content.decode()
    owner.post(f"{here}/edit", form)
    export.refresh_from_db()
    assert export.rhythm == "never"  # what the form does not say stays
    owner.post(f"{here}/edit", {**form, "comparison": "week"})
    export.refresh_from_db()
    assert export.rhythm == "week"
    assert export.compare_at is not None
    told = AuditEntry.objects.filter(verb__startswith="export.").order_by("pk")
    assert [entry.details["comparison"] for entry in told] == ["night", "never", "never", "week"]


def test_a_table_that_differs_is_sent_again_by_a_button(owner, sender, connected):
    owner.post("/data-export/new", {"connector": connected.pk, **FORM})
    export = Export.objects.get()
    here = f"/data-export/{export.pk}"
    days = [{"day": "2026-11-20", "here": 2, "there": 1, "waiting": 0}]
    Comparison.objects.create(export=export, dataset="contacts", days=days)
    Comparison.objects.create(export=export, dataset="orders")
    page = owner.get(here).content.decode()
    assert page.count("Send all rows again</button>") == 1
    assert 'aria-label="Send all rows of contacts again"' in page
    assert "Send all rows again" not in sender.get(here).content.decode()
    page = owner.post(f"{here}/resend", {"datasets": ["contacts"]}, follow=True).content.decode()
    assert "All rows of contacts are sent again; reload this page to follow it." in page
    assert "All rows are sent again with the next run." in page
    export.refresh_from_db()
    assert export.resend == ["contacts"]


def test_the_plot_tells_how_old_the_rows_were_and_a_failed_run_does_not_help(owner, connected):
    owner.post("/data-export/new", {"connector": connected.pk, **FORM})
    export = Export.objects.get()
    now, hour = timezone.now(), dt.timedelta(hours=1)
    for hours, fresh in ((5, 6), (4, 6), (2, 2)):  # the second one failed
        run = Run.objects.create(organisation=export.organisation, export=export)
        Run.objects.filter(pk=run.pk).update(finished_at=now - hours * hour)
        run.datasets.create(dataset="contacts", fresh_at=now - fresh * hour)
        run.datasets.create(dataset="orders", fresh_at=now - hour)
    page = owner.get(f"/data-export/{export.pk}").content.decode()
    plot = json.loads(re.search(r'id="freshness"[^>]*>(.*?)</script>', page)[1])
    (line,) = plot["series"]
    assert plot["yAxis"]["name"] == "hours"
    assert [age for _moment, age in line["data"]] == [1.0, 2.0, 2.0, 4.0, 0.0, 2.0]


def test_older_runs_are_on_pages_of_their_own(owner, connected):
    owner.post("/data-export/new", {"connector": connected.pk, **FORM})
    export = Export.objects.get()
    here = f"/data-export/{export.pk}"
    made = [Run.objects.create(organisation=export.organisation, export=export) for _ in range(31)]
    page = owner.get(here).content.decode()
    assert page.count('<details class="card-body') == 30
    assert f"?before={made[1].pk}#runs" in page
    page = owner.get(f"{here}?before={made[1].pk}").content.decode()
    assert page.count('<details class="card-body') == 1
    assert "?before=" not in page


def test_a_new_export_is_daily_and_one_to_bigquery_is_compared_by_the_week(
    owner, cast, connected, warehouse, bigquery
):
    page = owner.get("/data-export/new").content.decode()
    assert re.search(r'<option value="24h" selected>Every 24 hours', page)
    far = bigquery_connector(warehouse, cast.owner)
    form = {"interval": "24h", "cron": "", "schema": "", "comparison": "", "datasets": ["messages"]}
    for connector_id, rhythm, schema in (
        (connected.pk, "night", "public"),
        (far.pk, "week", "shop"),
    ):
        answer = owner.post("/data-export/new", {"connector": connector_id, **form})
        assert answer.status_code == 302
        export = Export.objects.get(connector_id=connector_id)
        assert (export.interval, export.rhythm, export.schema) == ("24h", rhythm, schema)


def test_what_is_exported_is_documented_from_the_catalogue(owner):
    page = owner.get("/data-export/datasets").content.decode()
    for words in ("occured", "messageURL", "messageUrl", "varchar(1000)", "activityDateTime"):
        assert f">{words}<" in page
    assert "Deprecated; the same as activityStatus" in page


def test_a_stranger_sees_nothing_of_ours(stranger, owner, connected):
    owner.post("/data-export/new", {"connector": connected.pk, **FORM})
    export = Export.objects.get()
    here = f"/data-export/{export.pk}"
    assert stranger.get(here).status_code == 404
    assert stranger.get(f"{here}/edit").status_code == 404
    for verb in ("run", "compare", "pause", "delete"):
        assert stranger.post(f"{here}/{verb}").status_code == 404
    assert "Shop" not in stranger.get("/data-export/").content.decode()
    assert Export.objects.count() == 1


def test_a_marketer_reads_and_does_not_steer(sender, owner, connected):
    owner.post("/data-export/new", {"connector": connected.pk, **FORM})
    here = f"/data-export/{Export.objects.get().pk}"
    assert "Run now" not in sender.get(here).content.decode()
    assert sender.post(f"{here}/delete").status_code == 403
    assert Export.objects.count() == 1


def test_views_are_made_and_dropped_on_the_page_of_the_analysis(owner, connected, shop):
    form = {"connector": connected.pk, **FORM, "datasets": ["orders", "orderItems", "revenue"]}
    owner.post("/data-export/new", form)
    export = Export.objects.get()
    running.run(export)
    here = f"/data-export/{export.pk}/analysis"
    page = owner.get(here).content.decode()
    assert "Needs datasets that are not exported: broadcasts, contactActivities, messages." in page
    assert page.count("Make anew") == 0
    answer = owner.post(f"{here}/made", {"views": ["order_value"]}, follow=True)
    page = answer.content.decode()
    assert "Made: order_value." in page
    assert 'aria-label="Make anew order_value"' in page
    assert shop.run("SELECT count(*) FROM order_value") == [(0,)]
    page = owner.post(f"{here}/made", {"views": ["kpi_daily"]}).content.decode()
    assert "&quot;kpi_daily&quot; needs broadcasts, contactActivities" in page
    owner.post(f"{here}/dropped", {"views": ["order_value"]})
    assert shop.run("SELECT to_regclass('order_value')") == [(None,)]


def test_the_page_of_columns_tells_both_kinds_of_destinations_apart(owner):
    page = owner.get("/data-export/datasets").content.decode()
    rows = re.findall(
        r"<tr><td><code>(\w+)</code></td><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>", page
    )
    assert ("workflowId", "bigint", "STRING") in rows
    assert ("eventId", "–", "STRING") in rows
    assert ("phone", "varchar(50)", "<code>Phone</code> STRING") in rows
    assert ("broadcastId", "–", "INT64") in rows  # of revenue
    assert ("broadcastId", "bigint", "INT64") in rows  # of contactActivities
