"""The methods of our own, each once through on real objects."""

import customer
import pytest
from programs import Program, basic
from sheets_server import NUMBER, SheetsServer

from sanderling.accounts.models import ApiKey, AuditEntry
from sanderling.connectors.models import Connector
from sanderling.exports import running
from sanderling.exports.models import Comparison, Export
from sanderling.reports import alerting
from sanderling.segments.models import Segment
from sanderling.sources import copying
from sanderling.workflows.models import Workflow

KNOWN = {"all": [{"field": "external_id", "operator": "specified"}]}


def test_segments_are_kept_counted_and_tried(api, cast):
    made = api.post("/v3/segments", {"name": "Known", "condition": KNOWN}).json()
    path = f"/v3/segments/{made['id']}"
    assert api.get(path).json() == made
    assert api.post(f"{path}/count").json() == {"size": 2}
    api.put(path, {"description": "With external ids"})
    assert api.get("/v3/segments").json()[0]["description"] == "With external ids"
    tried = api.post("/v3/segments/preview", {"condition": KNOWN}).json()
    assert (tried["total"], len(tried["contacts"])) == (2, 2)
    assert api.delete(path).content == b""
    assert Segment.objects.count() == 0


def test_a_wrong_condition_names_the_places(api):
    wrong = {"all": [{"field": "external_id", "operator": "resembles"}, {"x": 1}]}
    answer = api.post("/v3/segments", {"name": "Wrong", "condition": wrong})
    assert answer.status_code == 400
    assert Segment.objects.count() == 0


def test_lists_are_made_renamed_and_deleted(api):
    number = api.post("/v3/lists", {"name": "News"}).json()["id"]
    assert api.put(f"/v3/lists/{number}", {"name": "Newsletter"}).json()["name"] == "Newsletter"
    assert api.post("/v3/lists", {"name": "Newsletter"}).status_code == 409
    assert api.delete(f"/v3/lists/{number}").status_code == 200
    assert api.get("/v1/groups").json() == []


def test_connectors_never_show_their_password(api):
    sent = {
        "name": "Shop", "host": "db.example.com", "username": "reader", "password": "s3cret-word",
        "keyColumn": "email",
    }  # fmt: skip
    made = api.post("/v3/connectors", sent)
    assert made.status_code == 200, made.content
    shown = api.get(f"/v3/connectors/{made.json()['id']}")
    assert (shown.json()["port"], shown.json()["tls"]) == (5432, "prefer")
    for answer in (made, shown, api.get("/v3/connectors")):
        assert b"s3cret-word" not in answer.content
    renamed = api.put(f"/v3/connectors/{made.json()['id']}", {"name": "The shop"})
    assert renamed.json()["name"] == "The shop"
    moved = api.put(f"/v3/connectors/{made.json()['id']}", {"host": "evil.example.com"})
    assert (moved.status_code, b"password again" in moved.content) == (400, True)
    assert api.delete(f"/v3/connectors/{made.json()['id']}").status_code == 200
    assert Connector.objects.count() == 0


def test_a_bigquery_connector_takes_a_key_file_and_never_shows_it(api, warehouse, bigquery):
    sent = {
        "kind": "BIGQUERY", "name": "Warehouse", "keyFile": warehouse.key_file(), "dataset": "shop",
    }  # fmt: skip
    assert api.post("/v3/connectors/validate", sent).json()["ok"] is True
    made = api.post("/v3/connectors", sent)
    assert made.status_code == 200, made.content
    number = made.json()["id"]
    assert made.json() == {
        "id": number,
        "kind": "BIGQUERY",
        "name": "Warehouse",
        "project": warehouse.project,
        "serviceAccount": warehouse.accounts.email,
        "dataset": "shop",
        "location": "EU",
        "keyColumn": "",
        "contactKey": "EMAIL",
    }
    moved = api.put(f"/v3/connectors/{number}", {"location": "US"}).json()
    assert (moved["location"], moved["dataset"]) == ("US", "shop")
    assert api.post(f"/v3/connectors/{number}/validate").json()["ok"] is True
    turned = api.put(f"/v3/connectors/{number}", {"kind": "POSTGRES", "host": "db.example.com"})
    assert turned.status_code == 400
    assert Connector.objects.get().kind == "BIGQUERY"


def test_a_connector_that_is_nowhere_says_why(api):
    sent = {
        "name": "Shop", "host": "127.0.0.1", "port": 1, "username": "reader", "password": "x",
        "keyColumn": "email",
    }  # fmt: skip
    answer = api.post("/v3/connectors/validate", sent).json()
    assert answer["ok"] is False
    assert answer["message"]


@pytest.fixture
def export(cast):
    connector = Connector.objects.create(
        organisation=cast.organisation, name="Shop", host="db.example.com", key_column="email"
    )
    return Export.objects.create(
        organisation=cast.organisation, connector=connector, datasets=["contacts"]
    )


def test_exports_are_run_paused_and_deleted(api, strange_api, export):
    path = f"/v3/exports/{export.pk}"
    assert api.get(path).json()["datasets"] == ["contacts"]
    assert len(api.get("/v3/datasets").json()) == 9
    assert api.post(f"{path}/run").status_code == 200
    export.refresh_from_db()
    assert export.next_run_at is not None
    api.put(f"{path}/pause", {"paused": True})
    assert api.get(path).json()["paused"] is True
    assert api.get(f"{path}/runs").json() == []
    assert api.get(f"{path}/comparisons").json() == []
    days = [{"day": "2026-11-20", "here": 2, "there": 1, "waiting": 0}]
    Comparison.objects.create(export=export, dataset="orders", rows_here=2, rows_there=1, days=days)
    (told,) = api.get(f"{path}/comparisons").json()
    assert (told["dataset"], told["equal"], told["days"]) == ("orders", False, days)
    assert strange_api.get(f"{path}/comparisons").status_code == 404
    assert strange_api.post(f"{path}/run").status_code == 404
    assert api.post("/v3/exports", {"connectorId": export.connector_id}).status_code == 400
    assert api.delete(path).status_code == 200
    assert Export.objects.count() == 0


def test_workflows_are_made_read_and_switched(api, cast):
    made = api.post("/v3/workflows", {"name": "Cart", "eventType": "Cart"}).json()
    workflow = Workflow.objects.get()
    assert made["blocks"] == workflow.blocks
    assert made["problems"]
    path = f"/v3/workflows/{workflow.pk}"
    assert api.get(path).json() == made
    assert api.get("/v1/workflows?name=car").json() == [
        {"id": workflow.pk, "name": "Cart", "status": "inactive", "tags": []}
    ]
    refused = api.post(f"{path}/activate")
    assert (refused.status_code, b"does nothing yet" in refused.content) == (400, True)
    assert api.post(f"{path}/deactivate").json()["status"] == "INACTIVE"
    launches = api.get(f"{path}/launches")
    assert (launches.json(), launches["TotalCount"]) == ([], "0")


def test_a_key_made_by_a_program_opens_what_it_may(api):
    made = api.post("/v3/keys", {"description": "shop", "rights": "events"}).json()
    program = Program(basic("x", made["secret"]))
    assert program.get("/v1/version").status_code == 200
    assert program.get("/v3/keys").status_code == 403
    api.put(f"/v3/keys/{made['id']}", {"active": False})
    assert program.get("/v1/version").status_code == 401
    api.delete(f"/v3/keys/{made['id']}")
    assert ApiKey.objects.count() == 1
    assert all("secret" not in one for one in api.get("/v3/keys").json())


def test_an_app_is_registered_changed_and_deleted(api):
    made = api.post("/v3/apps", {"name": "CRM", "rights": ["events"]}).json()
    assert (len(made["clientId"]), len(made["clientSecret"])) == (32, 64)
    path = f"/v3/apps/{made['id']}"
    changed = api.put(path, {"callback": "https://crm.example/"}).json()
    assert (changed["callback"], changed["name"]) == ("https://crm.example/", "CRM")
    assert "clientSecret" not in api.get("/v3/apps").json()[0]
    assert api.get("/v3/connected-apps").json() == []
    assert api.delete(f"/v3/connected-apps/{made['id']}").status_code == 404
    assert api.delete(path).status_code == 200
    assert api.get("/v3/apps").json() == []


def test_a_copy_of_a_source_is_kept_and_dropped(api, cast, shop):
    shop.run(customer.PROMO_CODES)
    connector = customer.connector(shop, cast.owner)
    source = customer.source(connector, cast.owner, table="promo_codes")
    path = f"/v3/sources/{source.pk}"
    assert "copy" not in api.get(path).json()
    assert api.post(f"{path}/copy").status_code == 409
    assert api.put(f"{path}/copy", {"everyMinutes": 1}).status_code == 400

    kept = api.put(f"{path}/copy", {"everyMinutes": 30}).json()["copy"]
    assert (kept["everyMinutes"], kept["oldestMinutes"], kept["rows"]) == (30, 1440, 0)
    assert copying.run_due() == 1
    copy = api.get(path).json()["copy"]
    assert (copy["rows"], copy["rowsWithoutKey"], copy["isRunning"]) == (3, 2, False)
    assert "copy" not in api.delete(f"{path}/copy").json()


def test_programs_read_what_a_run_came_to_and_choose_how_often_both_sides_are_compared(
    api, cast, shop
):
    shop.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connected = customer.connector(shop, cast.owner)
    asked = {"connectorId": connected.pk, "datasets": ["contacts"], "interval": "1h"}
    made = api.post("/v3/exports", asked).json()
    path = f"/v3/exports/{made['id']}"
    assert (made["comparison"], "nextComparisonAt" in made) == ("night", False)
    running.run(Export.objects.get())
    (run,) = api.get(f"{path}/runs").json()
    (part,) = run["datasets"]
    assert (run["rows"], run["bytes"]) == (part["rowsWritten"], part["bytesSent"])
    assert 0 <= run["durationSeconds"] < 60
    assert 0 <= run["lagSeconds"] < 60
    assert run["nextRunAt"] == api.get(path).json()["nextRunAt"]
    assert "nextComparisonAt" in api.get(path).json()
    assert api.put(path, {"comparison": "hourly"}).status_code == 400
    assert api.get(path).json()["comparison"] == "night"
    assert api.put(path, {"comparison": "never"}).json()["comparison"] == "never"
    assert "nextComparisonAt" not in api.get(path).json()


def test_programs_ask_for_all_rows_again(api, strange_api, export):
    path = f"/v3/exports/{export.pk}"
    for wrong in ({"datasets": ["orders"]}, {"datasets": []}):
        assert api.post(f"{path}/resend", wrong).status_code == 400
    assert strange_api.post(f"{path}/resend", {}).status_code == 404
    assert "resend" not in api.get(path).json()
    assert api.post(f"{path}/resend", {"datasets": ["contacts"]}).status_code == 200
    assert api.get(path).json()["resend"] == ["contacts"]
    entry = AuditEntry.objects.get(verb="export.resend")
    assert (entry.subject, entry.details["datasets"]) == (str(export.pk), ["contacts"])


def test_programs_read_what_a_dataset_holds(api):
    told = api.get("/v3/datasets/contactActivities").json()
    columns = {column["name"]: column for column in told["columns"]}
    assert columns["activity"]["sameAs"] == "activityStatus"
    assert columns["eventId"]["bigquery"] == {"name": "eventId", "type": "STRING"}
    assert "postgresql" not in columns["eventId"]
    assert columns["workflowId"]["postgresql"] == {"name": "workflowId", "type": "bigint"}
    orders = api.get("/v3/datasets/orders").json()
    assert orders["key"] == ["orderId"]
    phone = next(one for one in orders["columns"] if one["name"] == "phone")
    assert phone["bigquery"]["name"] == "Phone"
    assert api.get("/v3/datasets/nothing").status_code == 404


def test_programs_make_and_drop_views(api, cast, shop):
    shop.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connected = customer.connector(shop, cast.owner)
    made = api.post(
        "/v3/exports",
        {"connectorId": connected.pk, "datasets": ["orders", "orderItems", "revenue"]},
    ).json()
    running.run(Export.objects.get())
    views = f"/v3/exports/{made['id']}/views"
    assert {one["name"] for one in api.get(views).json() if "lacks" not in one} == {
        "order_value",
        "product_pairs",
    }
    assert api.put(f"{views}/product_pairs", {}).status_code == 200
    assert shop.run("SELECT count(*) FROM product_pairs") == [(0,)]
    (pairs,) = [one for one in api.get(views).json() if one["made"]]
    assert (pairs["name"], pairs["useCase"]) == ("product_pairs", "Orders and revenue")
    assert "FROM {orderItems} AS i" in pairs["sql"]
    assert api.put(f"{views}/nothing", {}).status_code == 400
    assert api.delete(f"{views}/product_pairs").status_code == 200
    assert shop.run("SELECT to_regclass('product_pairs')") == [(None,)]


def test_alerts_are_set_read_paused_and_deleted(api, strange_api, cast):
    rule = {
        "name": "Mail arrives", "figure": "DELIVERY_RATE", "condition": "BELOW", "limit": 90.5,
        "readers": [cast.owner_user.pk],
    }  # fmt: skip
    assert api.post("/v3/alerts", {**rule, "readers": []}).status_code == 400
    assert api.post("/v3/alerts", {**rule, "limit": "much"}).status_code == 400
    assert api.get("/v3/alerts").json() == []
    made = api.post("/v3/alerts", rule).json()
    path = f"/v3/alerts/{made['id']}"
    assert (made["limit"], made["windowHours"], made["least"]) == (90.5, 24, 100)
    changed = api.put(path, {"least": 5}).json()
    assert (changed["least"], changed["limit"], changed["firing"]) == (5, 90.5, False)
    assert alerting.check_due() == 1
    (check,) = api.get(f"{path}/checks").json()
    assert (check["volume"], check["firing"], "value" in check) == (0, False, False)
    api.put(f"{path}/pause", {"paused": True})
    assert api.get(path).json()["paused"] is True
    assert strange_api.get(path).status_code == 404
    assert strange_api.delete(path).status_code == 404
    assert api.delete(path).status_code == 200
    assert api.get("/v3/alerts").json() == []


def test_a_spreadsheet_is_connected_by_its_link_and_key(api, settings):
    google = SheetsServer(sheets={"Codes": [["email"]]})
    settings.SHEETS_ENDPOINT, settings.SHEETS_TOKEN_URI = google.url, f"{google.url}/token"
    body = {"kind": "SHEETS", "name": "Sheets", "keyColumn": "email", "spreadsheet": google.link}
    assert api.post("/v3/connectors", body).status_code == 400
    made = api.post("/v3/connectors", {**body, "keyFile": google.accounts.key_file()}).json()
    assert (made["spreadsheet"], made["serviceAccount"]) == (NUMBER, google.accounts.email)
    path = f"/v3/connectors/{made['id']}"
    assert api.post(f"{path}/validate").json()["ok"]
    assert api.get(f"{path}/schemas/Shop/tables").json() == ["Codes"]
    google.stop()
