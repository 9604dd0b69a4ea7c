"""The web process without its database: who asks is told so, and the log stays readable."""

import json
import logging

import psycopg
import pytest
import shopdb
from django.db import OperationalError
from served import request, serving

from sanderling.postgres import outages

LOG = logging.getLogger("test")


@pytest.fixture
def said(tmp_path):
    """Return a web process whose database is not there, and a function that reads its log."""
    nowhere = f"postgresql://us:secret-word@127.0.0.1:{shopdb.free_port()}/none"
    path = tmp_path / "log"
    with path.open("wb") as log, serving(log=log, DATABASE_URL=nowhere) as served:
        yield served, lambda: path.read_text().splitlines()


def test_everybody_is_told_to_come_back_and_each_request_costs_one_line(said):
    served, lines = said
    page = served.say(request("x", method="GET", path="/sign-in", Cookie="sessionid=" + 32 * "s"))
    assert (page.status, page.headers["Retry-After"]) == (503, "5")
    assert "Back in a moment" in page.body.decode()
    asked = served.say(request("x", method="GET", path="/api/v1/account/info"))
    assert (asked.status, asked.headers["Retry-After"]) == (503, "5")
    told = served.say(request("x", {"eventTypeKey": "seen"}))
    assert told.status == 503
    ready = served.say(request("x", method="GET", path="/readyz"))
    assert (ready.status, json.loads(ready.body)["ready"]) == (503, False)
    assert served.say(request("x", method="GET", path="/healthz")).status == 200

    errors = [line for line in lines() if " INFO " not in line]
    assert len(errors) == 3, errors
    assert [line.split()[2] for line in errors] == [
        "django.request", "sanderling.api.door", "sanderling.api.door"
    ]  # fmt: skip
    assert "secret-word" not in "".join(lines())


def outage(state):
    error = OperationalError("gone\nfor good")
    error.__cause__ = type("Cause", (psycopg.OperationalError,), {"sqlstate": state})()
    return error


@pytest.mark.parametrize("state", [None, "08006", "53100", "53300", "57P01", "57P03", "58030"])
def test_an_outage_is_told_in_one_line(caplog, state):
    outages.log(LOG, outage(state), "Batch %d waits.", 7)
    (record,) = caplog.records
    assert record.getMessage() == "Batch 7 waits. (OperationalError: gone)"
    assert record.exc_info is None


@pytest.mark.parametrize("error", [outage("40P01"), outage("57014"), ValueError("odd")])
def test_a_mistake_of_ours_keeps_its_trace(caplog, error):
    outages.log(LOG, error, "Batch %d waits.", 7)
    (record,) = caplog.records
    assert record.getMessage() == "Batch 7 waits."
    assert record.exc_info[1] is error
