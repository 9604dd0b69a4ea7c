"""`$math` and `$number`, with the results of velocity-tools 3."""

import math

import pytest
from calling import MOMENT, call, read, shown, tool

from sanderling.velocity.errors import MethodFailed


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("add", (1, 2), "3"),
        ("add", ("1", "2"), "3"),
        ("add", ("15", 1), "16"),
        ("add", (1.5, "2"), "3.5"),
        ("add", (1, 2, 3, 4), "10"),
        ("add", (1.0, 2), "3.0"),
        ("add", (2147483647, 1), "2147483648"),
        ("add", ("x", 1), "null"),
        ("add", (None, 1), "null"),
        ("sub", (200, 150), "50"),
        ("mul", (2, 3), "6"),
        ("mul", (5.5, 2), "11.0"),
        ("div", (7, 2), "3.5"),
        ("div", (6, 2), "3"),
        ("div", (1, 0), "null"),
        ("idiv", (7, 2), "3"),
        ("idiv", (-7, 2), "-3"),
        ("idiv", ("5.1", 3), "1"),
        ("idiv", (1, 0), "null"),
        ("mod", (7, 3), "1"),
        ("mod", (-7, 3), "-1"),
        ("pow", (2, 10), "1024"),
        ("pow", (2, 0.5), "1.4142135623730951"),
        ("pow", (-8, 0.5), "NaN"),
        ("pow", (10, 400), "9223372036854775807"),
        ("round", (2.5,), "2"),
        ("round", (3.5,), "4"),
        ("round", (1234567.5,), "1234568"),
        ("round", (1e300,), "2147483647"),
        ("roundTo", (2, 21.428571), "21.43"),
        ("roundTo", (0, 2.55), "2.6"),
        ("floor", (2.7,), "2"),
        ("floor", (-2.1,), "-3"),
        ("ceil", (2.1,), "3"),
        ("abs", (-3,), "3"),
        ("max", (-1, -5), "-1"),
        ("max", (1, 2.5), "2.5"),
        ("min", (1, 2), "1"),
        ("bitwiseOr", (1, 6), "7"),
        ("toNumber", ("12.5",), "12.5"),
        ("toInteger", ("12.9",), "12"),
        ("toDouble", (3,), "3.0"),
        ("getTotal", ([1, 2, 3],), "6"),
        ("getTotal", (1, 2, 3), "6"),
        ("getTotal", ([{"p": 10}, {"p": 5.5}, {}], "p"), "15.5"),
        ("getTotal", ([1, "x"],), "null"),
        ("getAverage", ([1, 2, 3],), "2"),
        ("getAverage", ([1, 2],), "1.5"),
        ("getAverage", ([],), "NaN"),
        ("total", ([1, 2, 3],), "null"),
        ("getRandom", (), "null"),
        ("random", (1, 10), "null"),
    ],
)
def test_math_calculates_as_the_original(name, arguments, text):
    assert shown(tool("math"), name, *arguments) == text


def test_random_numbers_repeat_with_their_seed():
    first, second = tool("math", seed=7), tool("math", seed=7)
    numbers = [call(first, "random", 1, 10) for _ in range(20)]
    assert numbers == [call(second, "random", 1, 10) for _ in range(20)]
    assert all(type(number) is int and 1 <= number < 10 for number in numbers)
    assert 0 <= call(first, "getRandom") < 1  # type: ignore[operator]


def test_math_answers_under_its_other_name():
    assert call(tool("mathTool"), "add", 1, 2) == 3


def test_infinity_stays_within_the_whole_numbers():
    assert call(tool("math"), "add", math.inf, 1) == 2**63 - 1


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("format", ("0.00", 1234.5), "1234.50"),
        ("format", ("#,##0.00", "1234567.5"), "1,234,567.50"),
        ("format", ("currency", 12.5), "$12.50"),
        ("format", ("integer", 1234.5), "1,234"),
        ("format", ("percent", 0.256), "26%"),
        ("format", ("#,##0.00", 1234.5, "uk"), "1\u00a0234,50"),
        ("format", (1234.5678,), "1,234.568"),
        ("format", ("0", None), "null"),
        ("format", ("0", "abc"), "null"),
        ("currency", (1234.5,), "$1,234.50"),
        ("percent", (0.256,), "26%"),
        ("integer", (13.55,), "14"),
        ("number", (13.55,), "13.55"),
        ("toNumber", ("1,234.5",), "1234.5"),
        ("toNumber", ("0.0", "2.50 грн"), "2.5"),
        ("toNumber", (MOMENT,), "1599051909123"),
        ("toNumber", ("x",), "null"),
    ],
)
def test_number_formats_as_the_original(name, arguments, text):
    assert shown(tool("number"), name, *arguments) == text


def test_number_follows_the_readers_country():
    assert call(tool("number", locale="uk_UA"), "currency", 12.5) == "12,50\u00a0₴"


def test_a_malformed_pattern_fails():
    with pytest.raises(MethodFailed):
        call(tool("number"), "format", "#,", 5)


def test_an_empty_pattern_prints_all_digits_and_the_name_of_the_format_is_default():
    number = tool("number")
    assert call(number, "format", "", 1234.567) == "1,234.567"
    assert read(number, "format") == "default"
    assert read(tool("date"), "format") == "default"
