"""Launch times keep the wall clock of the organisation."""

import datetime as dt
import zoneinfo

import pytest

from sanderling.workflows.scheduling import next_launch

KYIV = zoneinfo.ZoneInfo("Europe/Kyiv")  # clocks change on 2026-03-29 and 2026-10-25
NINE = dt.time(9)


def launch(after, *, every=1440, previous=None, at=NINE):
    found = next_launch(
        _kyiv(after),
        at=at,
        every_minutes=every,
        zone=KYIV,
        previous=_kyiv(previous) if previous else None,
    )
    return found.astimezone(KYIV).strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-11-21 08:59", "11-21 09:00"),
        ("2026-11-21 09:00", "11-22 09:00"),
        ("2026-03-28 10:00", "03-29 09:00"),  # this day has 23 hours
        ("2026-10-24 10:00", "10-25 09:00"),  # and this one 25
    ],
)
def test_a_daily_launch_is_at_nine_whatever_the_clocks_do(after, expected):
    assert launch(after) == expected


def test_a_time_that_the_clocks_leave_out_comes_an_hour_later():
    assert launch("2026-03-29 00:00", at=dt.time(3, 30)) == "03-29 04:30"


def test_a_weekly_launch_keeps_its_day_and_is_not_made_up_for():
    week = 7 * 1440
    assert launch("2026-11-16 09:00", every=week, previous="2026-11-16 09:00") == "11-23 09:00"
    assert launch("2026-12-02 12:00", every=week, previous="2026-11-16 09:00") == "12-07 09:00"


def test_launches_within_a_day_are_counted_from_the_time_of_day():
    assert launch("2026-11-21 09:00", every=180) == "11-21 12:00"
    assert launch("2026-11-21 08:30", every=180) == "11-21 09:00"
    assert launch("2026-11-21 02:59", every=180) == "11-21 03:00"
    assert launch("2026-11-21 23:59", every=15) == "11-22 00:00"


def _kyiv(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=KYIV)
