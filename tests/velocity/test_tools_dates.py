"""`$date`: printing, reading, comparing, and the calendar behind it."""

from datetime import UTC, datetime

import pytest
from calling import MOMENT, call, read, shown, tool

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.text import java_string
from sanderling.velocity.tools import default_tools

LATER = datetime(2020, 9, 4, 13, 5, 9, 123_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("format", ("dd.MM.yyyy", MOMENT), "02.09.2020"),
        ("format", ("d MMMM", MOMENT, "uk"), "2 вересня"),
        ("format", ("HH:mm", MOMENT, "uk", "Europe/Kyiv"), "16:05"),
        ("format", ("short", "long", MOMENT), "9/2/20, 1:05:09 PM UTC"),
        ("format", ("full", "short", MOMENT, "uk"), "середа, 2 вересня 2020 р. о 13:05"),
        ("format", ("medium", "none", MOMENT), "Sep 2, 2020"),
        ("format", ("yyyy", 1599052000000), "2020"),
        ("format", (MOMENT,), "Sep 2, 2020, 1:05:09 PM"),
        ("format", ("dd.MM.yyyy", "2020-09-02"), "null"),
        ("format", ("dd.MM.yyyy", None), "null"),
        ("get", ("yyyy-M-d H:m:s",), "2020-9-2 13:5:9"),
        ("toDate", ("yyyy-MM-dd", "2020-09-02"), "Wed Sep 02 00:00:00 UTC 2020"),
        ("toDate", ("2020-09-02",), "null"),
        ("toDate", ("Sep 2, 2020, 1:05:09 PM",), "Wed Sep 02 13:05:09 UTC 2020"),
        ("getYear", (), "2020"),
        ("getYear", (MOMENT,), "2020"),
        ("getMonth", (MOMENT,), "8"),
        ("getDay", (MOMENT,), "2"),
        ("getValue", ("hour_of_day", MOMENT), "13"),
        ("getValue", (7, MOMENT), "4"),
        ("getValue", ("nothing", MOMENT), "null"),
        ("whenIs", (MOMENT, MOMENT), "same time"),
        ("whenIs", (MOMENT,), "now"),
        ("whenIs", (LATER,), "2 days away"),
        ("whenIs", (LATER, MOMENT), "2 days earlier"),
        ("difference", (MOMENT, LATER), "2 days"),
        ("iso", (MOMENT,), "null"),
    ],
)
def test_date_answers_as_the_original(name, arguments, text):
    assert shown(tool("date"), name, *arguments) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("year", "2020"),
        ("month", "8"),
        ("day", "2"),
        ("medium_date", "Sep 2, 2020"),
        ("short_time", "1:05 PM"),
        ("date", "Wed Sep 02 13:05:09 UTC 2020"),
        ("systemTime", "1599051909123"),
        ("timeZone", "UTC"),
        ("nothing", "null"),
    ],
)
def test_a_property_is_the_present_moment(name, text):
    assert java_string(read(tool("date"), name)) == text


def test_date_itself_prints_the_present_moment():
    assert java_string(tool("comparisonDate")) == "Sep 2, 2020, 1:05:09 PM"


def test_an_unknown_pattern_letter_fails():
    with pytest.raises(MethodFailed):
        call(tool("date"), "format", "qqq", MOMENT)


def test_tomorrow_and_yesterday_have_names():
    date = tool("date")
    assert shown(date, "whenIs", datetime(2020, 9, 3, 14, tzinfo=UTC)) == "tomorrow"
    assert shown(date, "whenIs", datetime(2020, 9, 1, 13, tzinfo=UTC)) == "yesterday"


def test_a_comparison_can_be_said_in_other_ways():
    gap = call(tool("date"), "difference", MOMENT, LATER.replace(hour=15))
    assert read(gap, "days") == 2
    assert read(gap, "hours") == 50
    assert java_string(read(gap, "full")) == "2 days 2 hours"
    assert java_string(read(gap, "abbr")) == "2 d"
    assert java_string(call(gap, "depth", 2)) == "2 days 2 hours"
    assert java_string(read(gap, "relative")) == "2 days later"


def test_a_calendar_reads_and_adds():
    calendar = call(tool("date"), "toCalendar", datetime(2020, 1, 31, tzinfo=UTC))
    assert call(calendar, "get", 1) == 2020
    assert call(calendar, "get", read(calendar, "DAY_OF_WEEK")) == 6
    assert call(calendar, "add", 2, 1) == ""
    assert java_string(read(calendar, "time")) == "Sat Feb 29 00:00:00 UTC 2020"
    call(calendar, "add", 5, 7)
    assert shown(tool("date"), "format", "dd.MM", calendar) == "07.03"
    with pytest.raises(MethodFailed):
        call(calendar, "add", 1, 100_000)
    with pytest.raises(MethodFailed):
        call(calendar, "get", 99)


@pytest.mark.parametrize("name", ["Europe/Nowhere", "../../etc/passwd", "/etc/passwd", ""])
def test_an_unknown_time_zone_is_refused(name):
    with pytest.raises(MethodFailed):
        default_tools(now=MOMENT, time_zone=name)
