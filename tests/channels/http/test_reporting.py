"""A provider's call becomes a report."""

import json

from sanderling.channels.http import Description, members_of, report_of
from sanderling.channels.reports import Fate
from sanderling.channels.sms import PRESETS, VALUES

TWILIO = Description.read(PRESETS["TWILIO"], values=VALUES)
GENERIC = Description.read(PRESETS["HTTP"], values=VALUES)
FORM = "application/x-www-form-urlencoded"


def read(description, *, query="", body=b"", media=FORM):
    members = members_of(description, query=query, body=body, media=media)
    return [report_of(description, one) for one in members]


def test_twilio_reports_in_a_form_and_our_key_is_in_the_address():
    body = b"MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30003"
    [said] = read(TWILIO, query="key=k-1", body=body)
    assert said == (Fate.UNDELIVERED, "SM1", "k-1", "undelivered: 30003")


def test_several_reports_may_come_together():
    body = [{"id": "m-1", "status": "DELIVRD"}, {"id": "m-2", "status": "expired"}, 5, {"id": "x"}]
    said = read(GENERIC, body=json.dumps(body).encode(), media="application/json")
    assert [one and one.fate for one in said] == [Fate.DELIVERED, Fate.EXPIRED, None, None]


def test_nonsense_is_no_report():
    for body in (b"", b"[", b"null", b"[[[]]]", b'{"status": {}}', b"\xff\xfe"):
        for media in ("application/json", FORM, ""):
            assert not any(read(GENERIC, body=body, media=media))
