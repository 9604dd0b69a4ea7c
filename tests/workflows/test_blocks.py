"""What single blocks decide of a run, without a database."""

import datetime as dt
import zoneinfo
from dataclasses import replace

import pytest

from sanderling.workflows.blocks import KINDS
from sanderling.workflows.standing import Standing
from sanderling.workflows.variables import fill, filled_json, filled_object, value_of

KYIV = zoneinfo.ZoneInfo("Europe/Kyiv")
RUN = Standing(
    contact_id=5,
    id=9,
    organisation_id=1,
    workflow_id=2,
    version_id=3,
    event_id=4,
    event_key="k1",
    event_type="visited",
    params={
        "total": "120.50",
        "City": "Київ",
        "quote": 'a "b" \\',
        "jsonParam": '{"1043":[{"name":"Dina"}]}',
        "hook": {"answer": {"codes": [7, 8]}},
        "count": 3,
    },
    block="b1",
    attempts=0,
    visits=0,
    steps=1,
    contact={"email": "kozak@example.com", "first_name": "Dina", "fields": {"12": "red"}},
    zone=KYIV,
)


def block(kind, **settings):
    made, problems = KINDS[kind].of("b1", settings)
    assert problems == {}
    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${total} in ${city}", "120.50 in Київ"),
        ("${firstName} ${contact.email} ${field:12}", "Dina kozak@example.com red"),
        ("${hook.answer.codes.1} ${jsonParam.1043.0.name} ${count}", "8 Dina 3"),
        ("${eventKey} ${key} ${eventTypeKey}", "k1 k1 visited"),
        ("${nothing}${hook.none}|$total|${}", "|$total|${}"),
        ("${hook}", '{"answer":{"codes":[7,8]}}'),
    ],
)
def test_variables_are_parameters_or_the_contact(text, expected):
    assert fill(text, RUN) == expected


def test_json_with_variables_stays_json():
    assert filled_json("${jsonParam}", RUN) == {"1043": [{"name": "Dina"}]}
    mixed = '{"a": "x ${quote}", "b": ${count}, "c": ${jsonParam}, "d": ${city}, "e": ${none}}'
    assert filled_json(mixed, RUN) == {
        "a": 'x a "b" \\',
        "b": 3,
        "c": {"1043": [{"name": "Dina"}]},
        "d": "Київ",
        "e": None,
    }
    for bad in ("${none}", "[1]", "{", '{"a": NaN}', "[" * 100_000):
        with pytest.raises(ValueError, match=r"JSON|parameter"):
            filled_object(bad, RUN)
    assert value_of("none", RUN) is None


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("is", "120.5", "yes"),
        ("is_not", "120.5", "no"),
        ("greater", "99", "yes"),
        ("less", "99", "no"),
        ("at_least", "120,50", "yes"),
        ("at_most", "120", "no"),
        ("greater", "many", "no"),
        ("less", "many", "no"),
        ("contains", "20", "yes"),
        ("starts", "20", "no"),
        ("matches", r"^\d+\.\d\d$", "yes"),
        ("specified", "", "yes"),
        ("not_specified", "", "no"),
    ],
)
def test_a_condition_compares_numbers_as_numbers(operator, value, expected):
    condition = block("condition", variable="${total}", operator=operator, value=value)
    assert [one.exit for one in condition.act([RUN])] == [expected]


def test_a_condition_compares_texts_in_any_case_and_takes_a_bare_name():
    assert block("condition", variable="city", operator="is", value="КИЇВ").holds(RUN)
    assert block("condition", variable="none", operator="is_not", value="x").holds(RUN)


def test_a_hostile_pattern_ends_at_once():
    run = replace(RUN, params={"a": "a" * 50_000 + "b"})
    hostile = block("condition", variable="a", operator="matches", value="(a+)+$")
    assert hostile.holds(run) is False


@pytest.mark.parametrize(
    ("settings", "now", "expected"),
    [
        ({"mode": "for", "amount": 90, "unit": "minutes"}, "11-21 10:00", "11-21 11:30"),
        ({"mode": "for", "amount": 1, "unit": "days"}, "10-24 12:00", "10-25 12:00"),
        ({"mode": "for", "amount": 24, "unit": "hours"}, "10-24 12:00", "10-25 11:00"),
        ({"mode": "until_time", "at": "09:00"}, "11-21 08:00", "11-21 09:00"),
        ({"mode": "until_time", "at": "09:00"}, "11-21 10:00", "11-22 09:00"),
        ({"mode": "until_date", "date": "${when}"}, "11-21 10:00", "12-01 09:00"),
        ({"mode": "until_date", "date": "when", "at": "18:00"}, "11-21 10:00", "12-01 18:00"),
        ({"mode": "until_date", "date": "${exact}"}, "11-21 10:00", "12-01 14:30"),
        ({"mode": "until_date", "date": "${none}"}, "11-21 10:00", "11-21 10:00"),
    ],
)
def test_a_timer_waits_by_the_clock_of_the_contact(settings, now, expected):
    run = replace(RUN, params={"when": "2026-12-01", "exact": "2026-12-01T12:30:00Z"})
    moment = dt.datetime.fromisoformat(f"2026-{now}").replace(tzinfo=KYIV).astimezone(dt.UTC)
    found = block("timer", **settings).due(run, moment)
    assert found.astimezone(KYIV).strftime("%m-%d %H:%M") == expected


@pytest.mark.parametrize(
    ("hours", "now", "expected"),
    [
        (("09:00", "18:00"), "11-21 10:00", "11-21 10:00"),
        (("09:00", "18:00"), "11-21 08:00", "11-21 09:00"),
        (("09:00", "18:00"), "11-21 18:00", "11-22 09:00"),
        (("22:00", "02:00"), "11-21 01:00", "11-21 01:00"),
        (("22:00", "02:00"), "11-21 03:00", "11-21 22:00"),
    ],
)
def test_an_email_waits_for_its_hours(hours, now, expected):
    mail = block("email", message="7", earliest=hours[0], latest=hours[1])
    moment = dt.datetime.fromisoformat(f"2026-{now}").replace(tzinfo=KYIV)
    found = mail.due(RUN, moment.astimezone(dt.UTC))
    assert found.astimezone(KYIV).strftime("%m-%d %H:%M") == expected


def test_a_split_is_the_same_each_time_and_near_its_share():
    split = block("split", share=30)
    runs = [replace(RUN, contact_id=number) for number in range(10_000)]
    first = [one.exit for one in split.act(runs)]
    assert first == [one.exit for one in split.act(runs)]
    assert 2_850 < first.count("a") < 3_150
    assert {one.exit for one in block("split", share=0).act(runs)} == {"b"}
