"""SimpleDateFormat patterns and the named styles print and read dates as in Java 17."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from calling import MOMENT

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.text.date_format import format_date
from sanderling.velocity.text.date_parsing import parse_date
from sanderling.velocity.text.locales import locale_of


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("dd.MM.yyyy", "02.09.2020"),
        ("yyyy-MM-dd HH:mm:ss", "2020-09-02 13:05:09"),
        ("d MMMM yyyy", "2 September 2020"),
        ("EEEE, MMM d, yy", "Wednesday, Sep 2, 20"),
        ("h:mm a", "1:05 PM"),
        ("SSS Z z X u w D", "123 +0000 UTC Z 3 36 246"),
        ("G Y W F k K XXX", "AD 2020 1 1 13 1 Z"),
        ("yyyy 'o''clock' ''", "2020 o'clock '"),
        ("short", "9/2/20, 1:05 PM"),
        ("medium", "Sep 2, 2020, 1:05:09 PM"),
        ("long", "September 2, 2020 at 1:05:09 PM UTC"),
        ("full", "Wednesday, September 2, 2020 at 1:05:09 PM Coordinated Universal Time"),
        ("medium_date", "Sep 2, 2020"),
        ("short_time", "1:05 PM"),
        ("iso", "2020-09-02T13:05:09"),
        ("iso_tz", "2020-09-02T13:05:09Z"),
        ("intl_tz", "2020-09-02 13:05:09 UTC"),
    ],
)
def test_a_pattern_says_how_a_date_is_written(pattern, text):
    assert format_date(pattern, MOMENT, locale=locale_of("en_US"), zone=UTC) == text


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("d MMMM", "2 вересня"),
        ("LLLL", "вересень"),
        ("MMMM", "вересень"),
        ("EEEE", "середа"),
        ("full_date", "середа, 2 вересня 2020 р."),
        ("short", "02.09.20, 16:05"),
        ("HH:mm XXX", "16:05 +03:00"),
    ],
)
def test_dates_are_written_in_the_readers_language_and_zone(pattern, text):
    zone = ZoneInfo("Europe/Kyiv")
    assert format_date(pattern, MOMENT, locale=locale_of("uk"), zone=zone) == text


@pytest.mark.parametrize("pattern", ["none_short", "qqq", "'open", "yyyy-MM-ddTHH"])
def test_an_unknown_letter_or_an_open_quote_is_refused(pattern):
    with pytest.raises(MethodFailed):
        format_date(pattern, MOMENT, locale=locale_of("en_US"), zone=UTC)


@pytest.mark.parametrize(
    ("day", "week", "year"),
    [
        (datetime(2021, 1, 1, tzinfo=UTC), 53, 2020),
        (datetime(2020, 12, 28, tzinfo=UTC), 53, 2020),
        (datetime(2021, 1, 4, tzinfo=UTC), 1, 2021),
    ],
)
def test_weeks_count_by_the_countrys_rule(day, week, year):
    assert format_date("w Y", day, locale=locale_of("de_DE"), zone=UTC) == f"{week} {year}"


@pytest.mark.parametrize(
    ("pattern", "text", "moment"),
    [
        ("yyyy-MM-dd", "2020-09-02", datetime(2020, 9, 2, tzinfo=UTC)),
        ("yyyy-MM-dd", "2020-09-02 and more", datetime(2020, 9, 2, tzinfo=UTC)),
        ("yyyy-MM-dd'T'HH:mm:ss'Z'", "2020-09-02T10:00:00Z", datetime(2020, 9, 2, 10, tzinfo=UTC)),
        ("yyyyMMddHHmm", "202009021305", datetime(2020, 9, 2, 13, 5, tzinfo=UTC)),
        ("yyyy-MM-dd'T'HH:mmXXX", "2020-09-02T10:00+03:00", datetime(2020, 9, 2, 7, tzinfo=UTC)),
        ("dd.MM.yyyy", "31.13.2020", datetime(2021, 1, 31, tzinfo=UTC)),
        ("d MMMM yyyy", "2 September 2020", datetime(2020, 9, 2, tzinfo=UTC)),
        ("dd/MM/yy", "01/02/39", datetime(2039, 2, 1, tzinfo=UTC)),
        ("dd/MM/yy", "01/02/41", datetime(1941, 2, 1, tzinfo=UTC)),
        ("h:mm a", "12:05 AM", datetime(1970, 1, 1, 0, 5, tzinfo=UTC)),
        ("yyyy-MM-dd", "02.09.2020", None),
        ("yyyy-MM-dd", "tomorrow", None),
        ("yyyy-MM-dd", "99999-01-01", None),
        ("yyyy D", "2020 246", datetime(2020, 9, 2, tzinfo=UTC)),
        ("s", "9" * 18, None),
        ("yyyy", "9" * 18, None),
    ],
)
def test_a_text_is_read_by_its_pattern(pattern, text, moment):
    read = parse_date(pattern, text, locale=locale_of("en_US"), zone=UTC, now=MOMENT)
    assert read == moment


def test_a_text_without_a_zone_is_read_in_the_readers():
    zone = ZoneInfo("Europe/Kyiv")
    read = parse_date("yyyy-MM-dd", "2020-09-02", locale=locale_of("uk"), zone=zone, now=MOMENT)
    assert read == datetime(2020, 9, 1, 21, tzinfo=UTC)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "en_US.UTF-8", "x" * 5000])
def test_what_is_no_locales_name_is_refused(name):
    with pytest.raises(MethodFailed):
        locale_of(name)


@pytest.mark.parametrize(
    ("locale", "pattern", "text"),
    [
        ("uk", "LLL", "вер"),
        ("uk", "d MMM", "2 вер."),
        ("uk", "LLLL", "вересень"),
        ("pl", "short_date", "02.09.2020"),
        ("pl", "d MMMM yyyy", "2 września 2020"),
        ("ru", "d MMMM yyyy", "2 сентября 2020"),
        ("ru", "EEEE, d MMM", "среда, 2 сент."),
        ("en_GB", "medium_date", "2 Sept 2020"),
    ],
)
def test_months_and_dates_of_the_languages_of_messages(locale, pattern, text):
    zone = ZoneInfo("UTC")
    assert format_date(pattern, MOMENT, locale=locale_of(locale), zone=zone) == text
