"""Whatever a template calls with whatever it has, only our own errors and values come out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from calling import MOMENT, call, tool
from hypothesis import given, settings
from hypothesis import strategies as st

from sanderling.velocity.errors import BudgetExceeded, MethodFailed
from sanderling.velocity.escaping import Safe
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods import METHODS, PROPERTIES
from sanderling.velocity.text import java_string
from sanderling.velocity.tools import default_tools
from sanderling.velocity.values import Cursor, Entry, EntrySet, KeySet, ValueView

TEXTS = [
    *(
        "",
        "a",
        "Hello, World",
        "a,b,,c,,",
        "a😀b",
        "\ud83d",
        "12",
        "-3",
        "1.5",
        "true",
        "\x00",
        "ї",
    ),
    *("(a+)+$", "[", "${n}", "$1", "\\", "%s %d", "%05.2f", "%", "{0}", "{0,date,short}", "'{"),
    *("#,##0.00", "0.00E0", "0;(0)", "0,0,0", "¤0", "yyyy-MM-dd", "zzzz XXX", "full", "iso_tz"),
    *("uk", "xx_YY", "Europe/Kyiv", "../../etc/passwd", "n:desc", "a.b", "MONTH", "x" * 3_000),
]
NUMBERS = [
    *(
        0,
        1,
        -1,
        2,
        7,
        63,
        2**31,
        -(2**31),
        2**63,
        10**90,
        10**5_000,
        1.5,
        -0.0,
        1e308,
        5e-324,
        12345678.9,
    ),
    *(float("nan"), float("inf"), -float("inf"), Decimal("1.50"), Decimal("1E+400")),
    *(Decimal("NaN"), Decimal("-0.001")),
]


def containers() -> list[object]:
    inside: list[object] = [1]
    inside.append(inside)
    ring: dict[str, object] = {"a": 1}
    ring["m"] = ring
    rows = [{"n": "B", "p": 1}, {"n": "a", "p": 2.5}]
    lists = [[], [1, 2, 3], ["a", "b"], [3, "x", None], rows, [None, None], inside]
    maps = [{}, {"a": 1, "b": None}, {1: 2, False: 3}, ring]
    views = [KeySet({"a": 1}), ValueView({"a": [1]}), EntrySet({"a": 1}), Entry("k", "v")]
    return [*lists, *maps, *views, range(5), range(10**9), Cursor([1, 2])]


def moments() -> list[object]:
    edges = [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)]
    return [MOMENT, *edges, date(2020, 2, 29)]


def made_by_tools() -> Iterator[object]:
    yield call(tool("alternator"), "auto", "a", "b")
    yield call(tool("date"), "getCalendar")
    yield call(tool("date"), "difference", MOMENT, 0)
    yield call(tool("display"), "measure", "a\nb")


def everything() -> list[object]:
    tools = default_tools(now=MOMENT, seed=1)
    scalars = [None, True, False, *TEXTS, *NUMBERS]
    return [*scalars, *containers(), *moments(), *tools.values(), *made_by_tools()]


KNOWN = {type(None), Safe, *METHODS}


@settings(max_examples=1_500, deadline=None)
@given(st.data())
def test_a_call_gives_a_known_value_or_one_of_our_errors(data):
    pool = everything()
    value = data.draw(st.sampled_from([each for each in pool if each.__class__ in METHODS]))
    name = data.draw(st.sampled_from(sorted(METHODS[value.__class__])))
    row = METHODS[value.__class__][name]
    count = data.draw(st.sampled_from(sorted(row.arities)[:5]))
    arguments = [data.draw(st.sampled_from(pool)) for _ in range(count)]
    budget = Budget()
    try:
        result = row(budget, value, *arguments)
        java_string(result, budget)
    except (MethodFailed, BudgetExceeded):
        return
    assert result.__class__ in KNOWN


@pytest.mark.parametrize("kind", list(PROPERTIES), ids=lambda kind: kind.__name__)
def test_a_property_gives_a_known_value_or_one_of_our_errors(kind):
    for value in everything():
        if value.__class__ is not kind:
            continue
        for name, reader in PROPERTIES[kind].items():
            try:
                assert reader(Budget(), value).__class__ in KNOWN, name
            except (MethodFailed, BudgetExceeded):
                continue


PYTHON_NAMES = [
    *("__class__", "__dict__", "__init__", "__globals__", "__subclasses__", "mro", "format_map"),
    *("items", "pop", "encode", "translate", "bit_length", "from_bytes", "keys", "update", "index"),
    *("count", "insert", "copy", "strftime", "timestamp", "as_tuple", "real", "numerator"),
]
JAVA_NAMES = ["getClass", "class", "wait", "notify", "forName", "getDeclaringClass", "stream"]


@pytest.mark.parametrize("name", [*PYTHON_NAMES, *JAVA_NAMES])
def test_no_class_offers_what_pythons_or_javas_objects_have(name):
    for kind, table in METHODS.items():
        assert name not in table, kind
    for kind, readers in PROPERTIES.items():
        assert name not in readers, kind


def test_maps_have_no_properties_but_their_keys():
    assert dict not in PROPERTIES


def test_tools_hold_nothing_that_a_template_could_change():
    before = default_tools(now=MOMENT)
    texts = {name: java_string(each) for name, each in before.items()}
    call(before["json"], "parse", '{"a": 1}')
    call(call(before["date"], "getCalendar"), "add", 1, 5)
    call(call(before["alternator"], "auto", "a", "b"), "shift")
    assert {name: java_string(each) for name, each in before.items()} == texts
