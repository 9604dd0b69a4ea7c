"""Domains, script and pushes of the website (api.md §7.1)."""

import pytest
from django.test import Client

from sanderling.accounts.models import AuditEntry
from sanderling.websites.models import Domain, Site


def test_a_domain_is_added_once(api, cast):
    assert api.get("/v1/site/domains").json() == []
    made = api.post("/v1/site/domains", {"domain": "https://Shop.Example/path"})
    assert made.status_code == 201
    assert made.json() == {
        "result": "Domain shop.example has been added", "siteId": Site.objects.get().code,
    }  # fmt: skip
    again = api.post("/v1/site/domains", {"domain": "shop.example"})
    assert (again.status_code, again.json()["result"]) == (200, "Domain already exists")
    assert again.json()["siteId"] == made.json()["siteId"]
    assert api.get("/v1/site/domains").json() == [{"domain": "shop.example"}]
    assert AuditEntry.objects.filter(verb="domain.add").count() == 1


@pytest.mark.parametrize(
    "wrong", [None, "", "a b", "ftp://shop.example", "https://", "[", "x" * 300]
)
def test_what_is_no_domain_is_refused(api, wrong):
    assert api.post("/v1/site/domains", {"domain": wrong}).status_code == 400
    assert Domain.objects.count() == 0


def test_the_script_waits_for_a_domain(api):
    refused = api.get("/v1/site/script")
    assert (refused.status_code, refused.content.decode()) == (
        404,
        "Add a domain first. (not found)",
    )
    site = api.post("/v1/site/domains", {"domain": "shop.example"}).json()["siteId"]
    answer = api.get("/v1/site/script")
    assert answer["Content-Type"].startswith("text/plain")
    assert f'<script async src="http://127.0.0.1:8000/scripts/{site}.js"></script>' in (
        answer.content.decode()
    )


def test_the_script_is_served_to_every_page(api):
    site = api.post("/v1/site/domains", {"domain": "shop.example"}).json()["siteId"]
    answer = Client().get(f"/scripts/{site}.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=300"
    assert f'"site": "{site}"' in answer.content.decode()
    assert "__CONFIG__" not in answer.content.decode()
    assert "Set-Cookie" not in answer
    assert Client().get("/scripts/000000000000.js").status_code == 404
    assert Client().get("/scripts/000000000000/worker.js").status_code == 404


WORKER = {
    "domain": "https://shop.example", "serviceWorkerName": "push.js", "serviceWorkerPath": "/js/",
    "serviceWorkerScope": "/",
}  # fmt: skip


def test_pushes_are_offered_and_withdrawn(api):
    assert api.get("/v1/site/webpush/domains").json() == []
    assert api.get("/v1/site/webpush/script").status_code == 404
    assert api.post("/v1/site/webpush/domains", {"domains": [WORKER]}).status_code == 200
    assert api.get("/v1/site/webpush/domains").json() == [WORKER | {"domain": "shop.example"}]
    assert api.get("/v1/site/domains").json() == [{"domain": "shop.example"}]
    code = Site.objects.get().code
    shown = api.get("/v1/site/webpush/script?domain=shop.example").json()
    assert shown["serviceWorker"] == (
        f'importScripts("http://127.0.0.1:8000/scripts/{code}/worker.js");\n'
    )
    assert 'eS("subscribePush")' in shown["script"]
    script = Client().get(f"/scripts/{code}.js").content.decode()
    assert '"shop.example": {"worker": "/js/push.js", "scope": "/"}' in script
    assert Site.objects.get().push_key in script
    worker = Client().get(f"/scripts/{code}/worker.js")
    assert b"showNotification" in worker.content
    gone = api.delete("/v1/site/webpush/domains?domain=shop.example")
    assert gone.status_code == 200
    assert api.get("/v1/site/webpush/domains").json() == []
    assert api.delete("/v1/site/webpush/domains?domain=shop.example").status_code == 404


def test_the_plugins_single_domain_has_its_own_answers(api):
    made = api.post("/v1/site/webpush/domain", WORKER)
    assert made.json() == {"success": {"domain": "shop.example", "status": "ACTIVE"}}
    wrong = {**WORKER, "domain": "other.example", "serviceWorkerName": "push.exe"}
    refused = api.post("/v1/site/webpush/domain", wrong)
    assert refused.status_code == 400
    assert refused.json()["errors"]["domain"] == "other.example"
    assert api.get("/v1/site/domains").json() == [{"domain": "shop.example"}]


@pytest.mark.parametrize(
    ("member", "value"),
    [("serviceWorkerName", "a/b.js"), ("serviceWorkerName", "x"), ("serviceWorkerPath", "js/"),
     ("serviceWorkerPath", "/js"), ("serviceWorkerScope", '/"/'), ("domain", "a b")],
)  # fmt: skip
def test_an_odd_worker_is_refused_and_nothing_is_added(api, member, value):
    fine = {**WORKER, "domain": "fine.example"}
    answer = api.post("/v1/site/webpush/domains", {"domains": [fine, {**WORKER, member: value}]})
    assert answer.status_code == 400
    assert Domain.objects.count() == 0


def test_our_own_methods_do_the_same(api, strange_api):
    assert api.get("/v3/website").status_code == 404
    made = api.post("/v3/website/domains", {"domain": "shop.example"}).json()
    path = f"/v3/website/domains/{made['id']}"
    assert api.get(path).json() == made == {
        "id": made["id"], "domain": "shop.example", "webPush": False, "lastEvents": [],
    }  # fmt: skip
    changed = api.put(path, {"webPush": True, "serviceWorkerName": "w.js"}).json()
    assert (changed["webPush"], changed["serviceWorkerName"], changed["serviceWorkerScope"]) == (
        True, "w.js", "/",
    )  # fmt: skip
    for method in ("GET", "PUT", "DELETE"):
        assert strange_api.call(method, path, {"webPush": False}).status_code == 404
    assert Domain.objects.get().pushes
    assert api.delete(path).status_code == 200
    assert Domain.objects.count() == 0
