"""Printing dates: `java.text.SimpleDateFormat` patterns and the styles that velocity-tools names.

Month and day names are the locale's, from Babel: after a day the genitive (`2 вересня`), alone the
nominative (`вересень`). The named styles are CLDR's as Java 17 ships them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global

from sanderling.velocity.text.date_pattern import Field, parse_date_pattern
from sanderling.velocity.text.locales import plain_blanks

STYLES = frozenset({"full", "long", "medium", "short", "default"})
_FIXED = {
    "iso": ("yyyy-MM-dd", "HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss"),
    "iso_tz": ("yyyy-MM-dd", "HH:mm:ssXXX", "yyyy-MM-dd'T'HH:mm:ssXXX"),
    "intl": ("yyyy-MM-dd", "HH:mm:ss", "yyyy-MM-dd HH:mm:ss"),
    "intl_tz": ("yyyy-MM-dd", "HH:mm:ss", "yyyy-MM-dd HH:mm:ss"),
}
# Zones whose spelling changed after the locale data was made.
_OLD_NAMES = {"Europe/Kyiv": "Europe/Kiev"}
# How a long date and its time are joined. Newer locale data writes a comma everywhere; these are
# the words of the release that Java 17 has.
_JOINED = {
    "en": "{1} 'at' {0}",
    "uk": "{1} 'о' {0}",
    "de": "{1} 'um' {0}",
    "fr": "{1} 'à' {0}",
    "pt": "{1} 'às' {0}",
    "pl": "{1} {0}",
    "it": "{1} {0}",
}
# Where newer locale data writes a date otherwise than that release.
_DATES = {("pl", "short"): "dd.MM.yyyy"}
_SHORT_MONTHS_ALONE = {
    "uk": (
        *("січ", "лют", "бер", "кві", "тра", "чер"),
        *("лип", "сер", "вер", "жов", "лис", "гру"),
    )
}


def format_date(pattern: str, moment: datetime, *, locale: Locale, zone: tzinfo) -> str:
    """The moment by a style's name or a SimpleDateFormat pattern.

    `medium`, `full_date`, `short_time`, `iso`, `intl_tz`…; everything else is a pattern. Raises
    MethodFailed when the pattern has unknown letters.
    """
    local = moment.astimezone(zone)
    parts = _style_and_part(pattern)
    if parts is None:
        return _by_pattern(pattern, local, locale)
    style, part = parts
    text = _by_pattern(style_pattern(style, part, locale), local, locale)
    if style == "intl_tz" and part != "date":
        text += f" {zone_id(zone)}"
    return text


def format_styles(
    date_style: str, time_style: str, moment: datetime, *, locale: Locale, zone: tzinfo
) -> str:
    """The moment by a style for the date and one for the time; an unknown name leaves one out."""
    day, clock = _known(date_style), _known(time_style)
    if day and clock and day not in _FIXED:
        pattern = _join(day, _date_pattern(day, locale), _time_pattern(clock, locale), locale)
    elif day:
        pattern = style_pattern(day, "" if clock else "date", locale)
    elif clock:
        pattern = style_pattern(clock, "time", locale)
    else:
        pattern = _date_pattern("medium", locale)
    return _by_pattern(pattern, moment.astimezone(zone), locale)


@lru_cache(maxsize=512)
def style_pattern(style: str, part: str, locale: Locale) -> str:
    """The pattern behind a style's name; `part` is "date", "time" or "" for both."""
    if style in _FIXED:
        day, clock, both = _FIXED[style]
        return {"date": day, "time": clock}.get(part, both)
    style = _known(style) or "medium"
    day, clock = _date_pattern(style, locale), _time_pattern(style, locale)
    if part == "date":
        return day
    return clock if part == "time" else _join(style, day, clock, locale)


def named_pattern(pattern: str, locale: Locale) -> str:
    """The pattern meant by a style's name, or the pattern itself."""
    parts = _style_and_part(pattern)
    return style_pattern(*parts, locale) if parts else pattern


def zone_id(zone: tzinfo | None) -> str:
    """The name of a time zone, as `Europe/Kyiv`."""
    return zone.key if isinstance(zone, ZoneInfo) else "UTC"


def _style_and_part(pattern: str) -> tuple[str, str] | None:
    name = pattern.lower()
    for part in ("date", "time"):
        if pattern.endswith(f"_{part}"):
            return name[: -len(part) - 1], part
    return (name, "") if _known(name) else None


def _known(name: str) -> str:
    style = name.lower()
    if style == "default":
        return "medium"
    return style if style in STYLES or style in _FIXED else ""


def _date_pattern(style: str, locale: Locale) -> str:
    own = _DATES.get((locale.language, style))
    return own or plain_blanks(locale.date_formats[style].pattern)


def _time_pattern(style: str, locale: Locale) -> str:
    return plain_blanks(locale.time_formats[style].pattern)


def _join(style: str, day: str, clock: str, locale: Locale) -> str:
    joined = str(locale.datetime_formats[style])
    if style in ("full", "long"):
        joined = _JOINED.get(locale.language, joined)
    return joined.replace("{1}", day).replace("{0}", clock)


def _by_pattern(pattern: str, moment: datetime, locale: Locale) -> str:
    fields = parse_date_pattern(pattern)
    alone = sum(1 for field in fields if field.letter) == 1
    return "".join(_printed(field, moment, locale, alone) for field in fields)


def _printed(field: Field, moment: datetime, locale: Locale, alone: bool) -> str:
    letter, count = field.letter, field.count
    if not letter:
        return field.text
    if letter in "yY":
        year = moment.year if letter == "y" else week_of_year(moment, locale)[0]
        return f"{year % 100:02d}" if count == 2 else str(year).zfill(count)
    if letter in "ML":
        return _month(moment, locale, count, alone or letter == "L")
    if letter in "EaG":
        return _word(letter, count, moment, locale)
    if letter in "zZX":
        return _zone(letter, count, moment, locale)
    return str(_number(letter, moment, locale)).zfill(count)


def _number(letter: str, moment: datetime, locale: Locale) -> int:
    if letter in _NUMBERS:
        return _NUMBERS[letter](moment)
    return week_of_year(moment, locale)[1] if letter == "w" else week_of_month(moment, locale)


_NUMBERS: dict[str, Callable[[datetime], int]] = {
    "d": lambda moment: moment.day,
    "D": lambda moment: moment.timetuple().tm_yday,
    "F": lambda moment: (moment.day - 1) // 7 + 1,
    "u": lambda moment: moment.isoweekday(),
    "H": lambda moment: moment.hour,
    "k": lambda moment: moment.hour or 24,
    "K": lambda moment: moment.hour % 12,
    "h": lambda moment: moment.hour % 12 or 12,
    "m": lambda moment: moment.minute,
    "s": lambda moment: moment.second,
    "S": lambda moment: moment.microsecond // 1000,
}


def _month(moment: datetime, locale: Locale, count: int, alone: bool) -> str:
    if count < 3:
        return str(moment.month).zfill(count)
    if alone and count == 3 and locale.language in _SHORT_MONTHS_ALONE:
        return _SHORT_MONTHS_ALONE[locale.language][moment.month - 1]
    width = "wide" if count > 3 else "abbreviated"
    return _names("months", "stand-alone" if alone else "format", width, locale)[moment.month]


def _word(letter: str, count: int, moment: datetime, locale: Locale) -> str:
    if letter == "a":
        names = _names("day_periods", "format", "abbreviated", locale)
        return names["pm" if moment.hour > 11 else "am"]
    width = "wide" if count > 3 else "abbreviated"
    if letter == "G":
        return str(locale.eras[width][1])
    return _names("days", "format", width, locale)[moment.weekday()]


@lru_cache(maxsize=512)
def _names(kind: str, form: str, width: str, locale: Locale) -> dict[int | str, str]:
    # Kept as a plain dict: Babel merges its inherited data anew at every look.
    calendars = {"months": locale.months, "days": locale.days, "day_periods": locale.day_periods}
    return {key: str(name) for key, name in calendars[kind][form][width].items()}


def _zone(letter: str, count: int, moment: datetime, locale: Locale) -> str:
    if letter == "z":
        return _zone_name(count, moment, locale)
    offset = int((moment.utcoffset() or timedelta(0)).total_seconds()) // 60
    sign = "-" if offset < 0 else "+"
    hours, minutes = divmod(abs(offset), 60)
    if letter == "Z":
        return f"{sign}{hours:02d}{minutes:02d}"
    if not offset:
        return "Z"
    return f"{sign}{hours:02d}" + ("", f"{minutes:02d}", f":{minutes:02d}")[count - 1]


def _zone_name(count: int, moment: datetime, locale: Locale) -> str:
    short = moment.tzname() or "UTC"
    if count < 4:
        return f"GMT{short}:00" if short[:1] in "+-" and len(short) == 3 else short
    return _long_zone_name(zone_id(moment.tzinfo), bool(moment.dst()), locale) or short


@lru_cache(maxsize=512)
def _long_zone_name(zone: str, summer: bool, locale: Locale) -> str:
    names = locale.time_zones.get("Etc/UTC" if zone == "UTC" else zone, {}).get("long", {})
    season = "daylight" if summer else "standard"
    if season not in names:
        meta = get_global("meta_zones").get(_OLD_NAMES.get(zone, zone))
        names = locale.meta_zones.get(meta, {}).get("long", {})
    return str(names.get(season, ""))


def week_of_year(moment: datetime, locale: Locale) -> tuple[int, int]:
    """The year that the week belongs to, and the week's number, by the locale's rules."""
    for year in (moment.year + 1, moment.year, moment.year - 1):
        if not 1 <= year <= 9999:
            continue
        first = _first_week(moment.replace(year=year, month=1, day=1), locale)
        days = (moment.date() - first.date()).days
        if days >= 0:
            return year, days // 7 + 1
    return moment.year, 1


def week_of_month(moment: datetime, locale: Locale) -> int:
    """The number of the week in its month; 0 for days before the first full enough week."""
    first = _first_week(moment.replace(day=1), locale)
    return (moment.date() - first.date()).days // 7 + 1


def _first_week(start: datetime, locale: Locale) -> datetime:
    # The first week is the first with enough days after the start: one in the US, four by ISO.
    back = (start.weekday() - locale.first_week_day) % 7
    if 7 - back < locale.min_week_days:
        return start + timedelta(days=7 - back)
    return start - timedelta(days=back) if start.toordinal() > back else start
