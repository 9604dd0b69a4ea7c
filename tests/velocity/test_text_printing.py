"""Values print as Java's `toString` prints them."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from calling import MOMENT

from sanderling.velocity.errors import BudgetExceeded
from sanderling.velocity.text import java_string
from sanderling.velocity.values import Entry, EntrySet, KeySet, ValueView


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (100.0, "100.0"),
        (1e7, "1.0E7"),
        (9999999.0, "9999999.0"),
        (12345678.9, "1.23456789E7"),
        (12345678901.5, "1.23456789015E10"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (1.0e-5, "1.0E-5"),
        (-0.0, "-0.0"),
        (5e-324, "4.9E-324"),
        (1.2345678901234567, "1.2345678901234567"),
        (0.1 + 0.2, "0.30000000000000004"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (1.7976931348623157e308, "1.7976931348623157E308"),
    ],
)
def test_doubles_print_plainly_only_between_a_thousandth_and_ten_millions(number, text):
    assert java_string(number) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        (Decimal("10.50"), "10.50"),
        (Decimal("1E+3"), "1E+3"),
        (["a", None, 2.0, [True]], "[a, null, 2.0, [true]]"),
        (range(-2, 2), "[-2, -1, 0, 1]"),
        ({"k": "v", "n": {"p": []}}, "{k=v, n={p=[]}}"),
        (KeySet({"a": 1, "b": 2}), "[a, b]"),
        (ValueView({"a": 1, "b": None}), "[1, null]"),
        (EntrySet({"a": 1}), "[a=1]"),
        (Entry("k", ["x"]), "k=[x]"),
        (MOMENT, "Wed Sep 02 13:05:09 UTC 2020"),
        (
            datetime(2020, 9, 2, 1, tzinfo=timezone(timedelta(hours=3))),
            "Tue Sep 01 22:00:00 UTC 2020",
        ),
        (date(2020, 2, 29), "2020-02-29"),
    ],
)
def test_values_print_as_in_java(value, text):
    assert java_string(value) == text


def test_a_collection_inside_itself_prints_as_this_collection():
    circle: list[object] = [1]
    circle.append(circle)
    assert java_string(circle) == "[1, (this Collection)]"
    ring: dict[str, object] = {}
    ring["self"] = ring
    assert java_string(ring) == "{self=(this Map)}"


def test_lists_that_share_their_parts_are_refused_before_they_fill_the_memory():
    shared: list[object] = ["x"]
    for _ in range(60):
        shared = [shared, shared]
    with pytest.raises(BudgetExceeded):
        java_string(shared)


def test_a_billion_numbers_are_refused():
    with pytest.raises(BudgetExceeded):
        java_string(range(10**9))


def test_a_very_deep_list_is_refused_without_a_python_error():
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(BudgetExceeded):
        java_string(deep)
