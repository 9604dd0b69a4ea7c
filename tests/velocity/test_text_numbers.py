"""DecimalFormat, MessageFormat and Formatter patterns print as in Java."""

from datetime import UTC

import pytest
from calling import MOMENT

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.text.decimal_format import decimal_format, named_format
from sanderling.velocity.text.java_format import java_format
from sanderling.velocity.text.locales import locale_of
from sanderling.velocity.tools.message_format import format_message

ENGLISH = locale_of("en_US")


@pytest.mark.parametrize(
    ("pattern", "number", "text"),
    [
        ("0.00", 1234.5, "1234.50"),
        ("#,##0.00", 1234567.5, "1,234,567.50"),
        ("#,##0.##", 1234.5, "1,234.5"),
        ("0.##", 200.5, "200.5"),
        ("0", 2.5, "2"),
        ("0", 3.5, "4"),
        ("0.00", 1.005, "1.00"),
        ("0.00", 0.125, "0.12"),
        ("0", -0.4, "-0"),
        ("#.##", 0.5, "0.5"),
        ("#.00", 0.5, ".50"),
        ("#", 0, "0"),
        ("000", 7, "007"),
        ("0.0#%", 0.1234, "12.34%"),
        ("0.00;(0.00)", -3.456, "(3.46)"),
        ("0.00E0", 12345, "1.23E4"),
        ("##0.#####E0", 12345, "12.345E3"),
        ("##0.#####E0", 0.00012345, "123.45E-6"),
        ("00.###E0", 0.00123, "12.3E-4"),
        ("#,##0 грн", 1234567, "1,234,567 грн"),
        ("'#'0", 5, "#5"),
        ("$#,##0.00", 5, "$5.00"),
    ],
)
def test_a_pattern_says_how_a_number_is_written(pattern, number, text):
    assert decimal_format(pattern, ENGLISH).format(number) == text


@pytest.mark.parametrize("pattern", ["#,", "0#0", "0.0.0", "0,", "'abc", "0.0a0", "0;#;", "0E"])
def test_a_malformed_pattern_is_refused(pattern):
    with pytest.raises(MethodFailed):
        decimal_format(pattern, ENGLISH)


@pytest.mark.parametrize(
    ("locale", "style", "text"),
    [
        ("en_US", "currency", "$1,234.57"),
        ("uk_UA", "currency", "1\u00a0234,57\u00a0₴"),
        ("de_DE", "currency", "1.234,57\u00a0€"),
        ("ja_JP", "currency", "￥1,235"),
        ("uk_UA", "number", "1\u00a0234,567"),
        ("en_US", "integer", "1,235"),
        ("en_US", "percent", "123,457%"),
    ],
)
def test_the_styles_follow_the_country(locale, style, text):
    form = named_format(style, locale_of(locale))
    assert form is not None
    assert form.format(1234.567) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.5", 1234.5),
        ("12 pieces", 12),
        ("-5", -5),
        ("1E3", 1000),
        ("1.0", 1),
        ("abc", None),
        (" 5", None),
        ("+5", None),
        ("", None),
    ],
)
def test_a_number_is_read_from_the_beginning_of_a_text(text, number):
    form = named_format("default", ENGLISH)
    assert form is not None
    assert form.parse(text) == number


@pytest.mark.parametrize(
    ("pattern", "arguments", "text"),
    [
        ("%05d %s %.2f", (42, "x", 1.5), "00042 x 1.50"),
        ("%-6s|%6s|", ("ab", "cd"), "ab    |    cd|"),
        ("%2$s %1$s %<s", ("a", "b"), "b a a"),
        ("%,d %+d %(d", (1234567, 5, -5), "1,234,567 +5 (5)"),
        ("%x %X %o", (255, 255, 8), "ff FF 10"),
        ("%e", (12345.678,), "1.234568e+04"),
        ("%.3s|%c|%b|%n%%", ("abcdef", "z", None), "abc|z|false|\n%"),
        ("%s", (None,), "null"),
    ],
)
def test_a_formatter_pattern_takes_its_arguments(pattern, arguments, text):
    assert java_format(pattern, arguments, budget=Budget()) == text


@pytest.mark.parametrize(
    ("pattern", "arguments"),
    [("%d", ("x",)), ("%f", (1,)), ("%s", ()), ("%q", (1,)), ("%", (1,)), ("%2000000000d", (1,))],
)
def test_a_formatter_pattern_that_does_not_fit_is_refused(pattern, arguments):
    with pytest.raises(MethodFailed):
        java_format(pattern, arguments, budget=Budget())


@pytest.mark.parametrize(
    ("pattern", "arguments", "text"),
    [
        ("{0} of {1}", (1, 2), "1 of 2"),
        ("{0} and {3}", ("a",), "a and {3}"),
        ("it''s '{0}' {0}", ("x",), "it's {0} x"),
        ("{0}", (1234567.891,), "1,234,567.891"),
        ("{0,number,#.#}", (2.55,), "2.5"),
        ("{0,number,percent} {0,number,integer}", (0.5,), "50% 0"),
        ("{0}", (None,), "null"),
        ("{0,date} {0,time,short} {0,date,yyyy}", (MOMENT,), "Sep 2, 2020 1:05 PM 2020"),
        ("{0}", (MOMENT,), "9/2/20, 1:05 PM"),
    ],
)
def test_a_message_puts_its_arguments_in_their_places(pattern, arguments, text):
    assert format_message(pattern, arguments, locale=ENGLISH, zone=UTC, budget=Budget()) == text
