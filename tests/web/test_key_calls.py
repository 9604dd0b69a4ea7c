"""The page of an API key: its calls, filtered, plotted, and its neighbour in the API."""

import base64
import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from sanderling.accounts import calls, keys
from sanderling.accounts.models import ApiCall, ApiKey


@pytest.fixture
def key(cast) -> ApiKey:
    made, _ = keys.create(cast.organisation.pk, rights="full", description="CRM", by=cast.owner)
    return made


class Program:
    def __init__(self, secret):
        word = base64.b64encode(f":{secret}".encode()).decode()
        self.headers = {"Authorization": f"Basic {word}"}

    def get(self, path):
        return Client().get(f"/api{path}", headers=self.headers)


def called(key, *answers, ago=0, path="/v1/contacts"):
    at = timezone.now() - dt.timedelta(hours=ago)
    caller = f"key {key.pk}"
    calls.write(
        [(key.organisation_id, caller, method, path, code, 12, at) for method, code in answers]
    )


def test_a_key_without_calls_says_what_to_do(owner, key):
    page = owner.get(f"/settings/keys/{key.pk}").content.decode()
    assert "No calls yet" in page
    assert "Not used yet" in page
    assert "<svg class" not in page
    assert f"/settings/keys/{key.pk}" in owner.get("/settings/keys").content.decode()


def test_calls_are_listed_and_filtered(owner, key):
    called(key, ("GET", 200), ("POST", 400), ("DELETE", 404), ("PUT", 500), path="/v1/contact")
    assert owner.get(f"/settings/keys/{key.pk}").content.count(b"<code") == 5

    def listed(query):
        page = owner.get(f"/settings/keys/{key.pk}?{query}").content.decode()
        return [code for code in (200, 400, 404, 500) if f"<td>{code}" in page]

    assert listed("method=GET") == [200]
    assert listed("status=4xx") == [400, 404]
    assert listed("status=4xx&method=DELETE") == [404]
    assert listed("status=5xx") == [500]
    assert listed("status=nonsense&method=PATCH") == [200, 400, 404, 500]
    assert (
        b"No call is like that"
        in owner.get(f"/settings/keys/{key.pk}?status=2xx&method=PUT").content
    )


def test_older_calls_are_on_the_next_page_with_the_same_filter(owner, key):
    called(key, *[("GET", 200)] * 101, ("POST", 200))
    page = owner.get(f"/settings/keys/{key.pk}?method=GET").content.decode()
    assert page.count("<td>200") == 100
    link = page.partition('href="?method=GET&amp;before=')[2].partition('"')[0]
    rest = owner.get(f"/settings/keys/{key.pk}?method=GET&before={link}").content.decode()
    assert rest.count("<td>200") == 1


def test_the_plot_has_calls_and_errors_by_hour(owner, key):
    called(key, ("GET", 200), ("GET", 200), ("GET", 429), ("GET", 503))
    called(key, ("GET", 200), ago=5)
    called(key, ("GET", 200), ago=72)
    hours = calls.hours_of_key(key.organisation_id, key.pk)
    assert len(hours) == 48
    assert [(one.calls, one.errors) for one in hours if one.calls] == [(1, 0), (4, 2)]
    page = owner.get(f"/settings/keys/{key.pk}").content.decode()
    assert "5 calls, 2 of them refused or failed; at most 4 in an hour." in page
    assert page.count('class="plot-errors"') == 1
    assert 'height="40"' in page  # half of the highest bar


def test_the_api_tells_the_same(owner, cast, key):
    called(key, ("GET", 200), ("POST", 409))
    _, secret = keys.create(cast.organisation.pk, rights="full", description="", by=cast.owner)
    api = Program(secret)
    rows = api.get(f"/v3/keys/{key.pk}/calls").json()
    assert [(one["method"], one["status"], one["operation"]) for one in rows] == [
        ("POST", 409, "/v1/contacts"), ("GET", 200, "/v1/contacts"),
    ]  # fmt: skip
    only = api.get(f"/v3/keys/{key.pk}/calls?status=4xx&maxrows=1").json()
    assert only == rows[:1]
    assert api.get(f"/v3/keys/{key.pk}/calls?before={rows[0]['id']}").json() == rows[1:]
    assert api.get(f"/v3/keys/{key.pk}/calls?status=many").status_code == 400
    assert api.get("/v3/keys/0/calls").status_code == 404
    hours = api.get(f"/v3/keys/{key.pk}/hours").json()
    assert (len(hours), hours[-1]["calls"], hours[-1]["errors"]) == (48, 2, 1)


def test_neither_a_stranger_nor_a_marketer_nor_nobody_sees_them(stranger, sender, key):
    called(key, ("GET", 200))
    path = f"/settings/keys/{key.pk}"
    assert stranger.get(path).status_code == 404
    assert sender.get(path).status_code == 403
    assert Client().get(path).status_code == 302


def test_calls_older_than_the_log_are_forgotten(key, settings):
    settings.API_LOG_DAYS = 2
    called(key, ("GET", 200), ago=47)
    called(key, ("GET", 200), ("GET", 200), ago=49)
    assert calls.forget_old() == 2
    assert calls.forget_old() == 0
    assert ApiCall.objects.count() == 1
