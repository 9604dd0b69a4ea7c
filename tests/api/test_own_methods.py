"""The methods of our own, each once through on real objects."""

import pytest
from programs import Program, basic

from sanderling.accounts.models import ApiKey
from sanderling.connectors.models import Connector
from sanderling.exports.models import Comparison, Export
from sanderling.segments.models import Segment
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
