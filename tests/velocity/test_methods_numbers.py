"""Numbers, truth values and dates answer as Java's classes do."""

from datetime import date
from decimal import Decimal

import pytest
from calling import MOMENT, call, read, shown

from sanderling.velocity.errors import MethodFailed


@pytest.mark.parametrize(
    ("value", "name", "arguments", "text"),
    [
        (1, "toString", (), "1"),
        (1, "doubleValue", (), "1.0"),
        (2.5, "intValue", (), "2"),
        (-2.5, "intValue", (), "-2"),
        (1e20, "intValue", (), "2147483647"),
        (float("nan"), "longValue", (), "0"),
        (2**32 + 5, "intValue", (), "5"),
        (200, "byteValue", (), "-56"),
        (0.1, "floatValue", (), "0.1"),
        (1, "equals", (1,), "true"),
        (1, "equals", (1.0,), "false"),
        (1, "compareTo", (2,), "-1"),
        (0, "parseInt", ("7",), "7"),
        (0, "parseInt", ("ff", 16), "255"),
        (0, "parseLong", ("7",), "null"),
        (2**40, "parseLong", ("2147483648",), "2147483648"),
        (2**40, "parseInt", ("7",), "null"),
        (1, "toString", (2.9,), "2"),
        (1, "toString", (111, 2), "1101111"),
        (1, "toString", ([1],), "null"),
        (2.5, "toString", (1,), "1.0"),
        (True, "toString", ("true",), "true"),
        (True, "toString", ("x",), "false"),
        (True, "parseBoolean", (None,), "false"),
        (True, "valueOf", (1,), "null"),
        (1, "valueOf", (1.9,), "null"),
        (1, "max", ("k", None), "null"),
        (0, "parseInt", ("-2147483648",), "-2147483648"),
        (0, "parseInt", ("١٢",), "12"),
        (Decimal("10.50"), "hashCode", (), "32552"),
        (Decimal("-10.50"), "hashCode", (), "-32548"),
        (Decimal("123456789012345678901234567890.12"), "hashCode", (), "-1747325893"),
        (0, "valueOf", ("-12",), "-12"),
        (0, "toHexString", (255,), "ff"),
        (0, "toBinaryString", (-1,), "1" * 32),
        (0.0, "parseDouble", (" 1e3 ",), "1000.0"),
        (2.5, "isNaN", (), "false"),
        (2.5, "round", (), "null"),
        (2.5, "hashCode", (), "1074003968"),
        (Decimal("10.50"), "setScale", (1, 4), "10.5"),
        (Decimal("2.345"), "setScale", (2, 6), "2.34"),
        (Decimal("1E+3"), "toPlainString", (), "1000"),
        (Decimal("1.50"), "stripTrailingZeros", (), "1.5"),
        (Decimal("1.5"), "add", (Decimal("0.25"),), "1.75"),
        (Decimal("1.5"), "add", (1,), "2.5"),
        (Decimal("1.50"), "add", ("1.9",), "3.40"),
        (Decimal("1.5"), "add", ([],), "null"),
        (Decimal("10.50"), "multiply", (Decimal("10.50"),), "110.2500"),
        (Decimal("10.50"), "divide", (Decimal("10.50"),), "1"),
        (Decimal("10.50"), "divide", (Decimal("4"),), "2.625"),
        (Decimal("10.50"), "divide", (Decimal("2"),), "5.25"),
        (Decimal("10.50"), "pow", (2,), "110.2500"),
        (Decimal("1.10"), "compareTo", (Decimal("1.1"),), "0"),
        (True, "toString", (), "true"),
        (True, "booleanValue", (), "true"),
        (True, "intValue", (), "null"),
        (True, "logicalAnd", (True, False), "false"),
        (MOMENT, "toGMTString", (), "2 Sep 2020 13:05:09 GMT"),
    ],
)
def test_a_number_answers_as_in_java(value, name, arguments, text):
    assert shown(value, name, *arguments) == text


@pytest.mark.parametrize(
    ("value", "name", "arguments"),
    [
        (0, "parseInt", ("7x",)),
        (0, "parseInt", ("2147483648",)),
        (0, "parseInt", (None,)),
        (0, "parseInt", ("9" * 60,)),
        (0.0, "parseDouble", ("abc",)),
        (Decimal("2.345"), "setScale", (2,)),
        (Decimal("1"), "divide", (Decimal("3"),)),
        (Decimal("1"), "divide", (Decimal("0"),)),
        (Decimal("1.5"), "pow", (999,)),
        (Decimal("1"), "setScale", (10**9, 4)),
        (Decimal("1E+999999"), "toPlainString", ()),
        (Decimal("1E+999999"), "intValue", ()),
        (1, "compareTo", (None,)),
        (1, "compareTo", (1.0,)),
        (1, "compareTo", (2**40,)),
        (1.0, "compareTo", (1,)),
        (True, "compareTo", ("true",)),
        (Decimal("1"), "compareTo", (1,)),
        (Decimal("1"), "add", ("x",)),
        (MOMENT, "compareTo", ("2020-09-03",)),
        (1, "toString", ("a",)),
    ],
)
def test_what_throws_in_java_fails(value, name, arguments):
    with pytest.raises(MethodFailed):
        call(value, name, *arguments)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time", 1599051909123),
        ("year", 120),
        ("month", 8),
        ("date", 2),
        ("day", 3),
        ("hours", 13),
        ("minutes", 5),
        ("seconds", 9),
    ],
)
def test_a_date_has_the_old_properties(name, value):
    assert read(MOMENT, name) == value


def test_constants_are_read_off_any_value_of_their_class():
    assert read(1, "MAX_VALUE") == 2147483647
    assert shown(read(1.5, "MIN_VALUE"), "toString") == "4.9E-324"
    assert read(True, "FALSE") is False


def test_dates_compare_with_dates_only():
    tomorrow = date(2020, 9, 3)
    assert call(MOMENT, "before", tomorrow) is True
    assert call(MOMENT, "after", tomorrow) is False
    assert call(tomorrow, "compareTo", MOMENT) == 1
    assert call(MOMENT, "before", "2020-09-03") is None
    assert call(MOMENT, "setTime", 0) is None
    with pytest.raises(MethodFailed):
        call(MOMENT, "before", None)
