"""Lists, ranges, maps, their views and iterators answer as Java's collections do."""

import pytest
from calling import call, read, shown

from sanderling.velocity.errors import BudgetExceeded, MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods import METHODS, MUTATORS
from sanderling.velocity.methods.equality import java_equals
from sanderling.velocity.values import Cursor, elements_of


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("size", (), 3),
        ("isEmpty", (), False),
        ("get", (1,), "b"),
        ("get", ("1",), "b"),
        ("get", (1.9,), "b"),
        ("get", (None,), None),
        ("contains", ("a",), True),
        ("contains", (1,), False),
        ("containsAll", (["a", "c"],), True),
        ("containsAll", ("a",), None),
        ("indexOf", ("c",), 2),
        ("lastIndexOf", ("z",), -1),
        ("subList", (0, 2), ["a", "b"]),
        ("toArray", (), ["a", "b", "c"]),
        ("toString", (), "[a, b, c]"),
        ("equals", (["a", "b", "c"],), True),
        ("hashCode", (), 126145),
        ("reverse", (), None),
        ("join", (",",), None),
        ("getFirst", (), None),
    ],
)
def test_a_list_answers_as_in_java(name, arguments, result):
    assert call(["a", "b", "c"], name, *arguments) == result


@pytest.mark.parametrize(
    ("name", "arguments", "result", "after"),
    [
        ("add", ("d",), True, ["a", "b", "d"]),
        ("add", (0, "z"), "", ["z", "a", "b"]),
        ("addAll", (["c"],), True, ["a", "b", "c"]),
        ("addAll", (1, ["c"]), True, ["a", "c", "b"]),
        ("set", (0, "q"), "a", ["q", "b"]),
        ("remove", (0,), "a", ["b"]),
        ("remove", ("b",), True, ["a"]),
        ("remove", ("z",), False, ["a", "b"]),
        ("removeAll", (["a", "z"],), True, ["b"]),
        ("retainAll", (["a", "z"],), True, ["a"]),
        ("clear", (), "", []),
    ],
)
def test_a_mutator_changes_its_list(name, arguments, result, after):
    value: list[object] = ["a", "b"]
    assert call(value, name, *arguments) == result
    assert value == after
    assert name in MUTATORS[list]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("get", (-1,)),
        ("get", (3,)),
        ("get", ("x",)),
        ("subList", (1, 9)),
        ("set", (3, "q")),
        ("remove", (3,)),
        ("add", (4, "q")),
        ("addAll", (None,)),
    ],
)
def test_a_place_that_a_list_does_not_have_fails_and_changes_nothing(name, arguments):
    value = ["a", "b", "c"]
    with pytest.raises(MethodFailed):
        call(value, name, *arguments)
    assert value == ["a", "b", "c"]


def test_numbers_equal_only_numbers_of_their_own_kind():
    assert call([3, 1, 2], "contains", 1) is True
    assert call([3, 1, 2], "contains", 1.0) is False
    assert call([3, 1, 2], "contains", "1") is False
    assert call([1], "contains", True) is False
    assert java_equals([1], [1.0], Budget()) is False
    assert java_equals([1, [2]], [1, [2]], Budget()) is True
    assert java_equals({"a": 1}, {"a": True}, Budget()) is False
    assert java_equals(range(1, 3), [1, 2], Budget()) is True
    assert java_equals(float("nan"), float("nan"), Budget()) is True


def test_a_list_sorts_by_nature():
    value: list[object] = [3, 1.5, 2]
    assert call(value, "sort", None) == ""
    assert value == [1.5, 2, 3]
    with pytest.raises(MethodFailed):
        call(["a", 1], "sort", None)


def test_a_range_answers_without_being_made():
    numbers = range(1, 1_000_000_001)
    assert call(numbers, "size") == 1_000_000_000
    assert call(numbers, "get", 999_999_999) == 1_000_000_000
    assert call(numbers, "contains", 5) is True
    assert call(numbers, "contains", 5.0) is False
    assert call(numbers, "indexOf", 7) == 6
    with pytest.raises(MethodFailed):
        call(numbers, "add", 1)
    with pytest.raises(BudgetExceeded):
        call(numbers, "toArray")


M = {"k": "v", "n": 5, "x-y": "hy", "nested": {"p": {"q": "deep"}}}


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("get", ("k",), "v"),
        ("get", (1,), "null"),
        ("getOrDefault", ("z", "d"), "d"),
        ("containsKey", ("k",), "true"),
        ("containsValue", (5,), "true"),
        ("keySet", (), "[k, n, x-y, nested]"),
        ("values", (), "[v, 5, hy, {p={q=deep}}]"),
        ("entrySet", (), "[k=v, n=5, x-y=hy, nested={p={q=deep}}]"),
        ("size", (), "4"),
        ("isEmpty", (), "false"),
        ("toString", (), "{k=v, n=5, x-y=hy, nested={p={q=deep}}}"),
        ("hashCode", (), "-1051303401"),
        ("forEach", (), "null"),
        ("get", (["k"],), "null"),
    ],
)
def test_a_map_answers_as_in_java(name, arguments, text):
    assert shown(M, name, *arguments) == text


def test_a_map_is_changed_by_its_mutators():
    value: dict[object, object] = {"k": "v"}
    assert call(value, "put", "a", 1) is None
    assert call(value, "put", "a", 2) == 1
    assert call(value, "putAll", {"q": 1}) == ""
    assert call(value, "putIfAbsent", "q", 9) == 1
    assert call(value, "remove", "k") == "v"
    assert value == {"a": 2, "q": 1}
    assert call(value, "clear") == ""
    assert value == {}


def test_keys_keep_their_kind():
    assert call({True: "a"}, "get", True) == "a"
    assert call({True: "a"}, "get", 1) is None
    assert call({1: "a"}, "get", 1.0) is None
    assert call({1: "a"}, "get", "1") is None
    with pytest.raises(MethodFailed):
        call({}, "put", ["k"], 1)


def test_views_follow_their_map():
    value: dict[object, object] = {"a": 1}
    keys = call(value, "keySet")
    call(value, "put", "b", 2)
    assert call(keys, "size") == 2
    assert call(keys, "contains", "b") is True
    assert call(keys, "get", 0) is None
    assert call(call(keys, "toArray"), "get", 0) == "a"


def test_an_entry_gives_key_and_value():
    cursor = call(call({"a": 1}, "entrySet"), "iterator")
    entry = call(cursor, "next")
    assert (read(entry, "key"), call(entry, "getValue")) == ("a", 1)
    assert call(cursor, "hasNext") is False
    with pytest.raises(MethodFailed):
        call(cursor, "next")


def test_a_loop_walks_over_collections_and_nothing_else():
    assert list(elements_of({"a": 1}) or ()) == [1]
    assert list(elements_of(range(2)) or ()) == [0, 1]
    assert list(elements_of(call({"a": 1}, "keySet")) or ()) == ["a"]
    assert list(elements_of(Cursor([1, 2])) or ()) == [1, 2]
    assert elements_of("text") is None
    assert elements_of(5) is None
    assert elements_of(None) is None


def test_a_list_stops_growing_at_the_limit():
    value = [0] * 100_000
    for name in ("add", "addAll"):
        with pytest.raises(BudgetExceeded):
            call(value, name, [1] if name == "addAll" else 1)
    assert len(value) == 100_000


def test_filling_a_list_is_paid_once_for_every_element():
    budget, value = Budget(), []
    for number in range(100_000):
        METHODS[list]["add"](budget, value, number)
    assert len(value) == 100_000


def test_comparing_lists_that_share_their_parts_is_refused():
    left: list[object] = ["x"]
    right: list[object] = ["x"]
    for _ in range(40):
        left, right = [left, left], [right, right]
    with pytest.raises(BudgetExceeded):
        java_equals(left, right, Budget())


def test_comparing_values_inside_themselves_fails():
    left: list[object] = []
    left.append(left)
    right: list[object] = []
    right.append(right)
    with pytest.raises(MethodFailed):
        java_equals(left, right, Budget())


def test_replace_of_a_map_may_ask_for_the_former_value():
    value = {"k": "v"}
    assert call(value, "replace", "k", "x", "y") is False
    assert value == {"k": "v"}
    assert call(value, "replace", "k", "v", "y") is True
    assert value == {"k": "y"}
