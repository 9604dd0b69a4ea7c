"""`$esc`, `$display`, `$sorter`, `$collection`, `$alternator`, `$convert` and `$json`."""

import pytest
from calling import MOMENT, call, read, shown, tool

from sanderling.velocity.errors import BudgetExceeded, MethodFailed
from sanderling.velocity.text import java_string

MARKUP = "<b>&\"'</b>"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("html", MARKUP, "&lt;b&gt;&amp;&quot;'&lt;/b&gt;"),
        ("html", "«Ціна» – 5 €", "&laquo;Ціна&raquo; &ndash; 5 &euro;"),
        ("xml", MARKUP, "&lt;b&gt;&amp;&quot;&apos;&lt;/b&gt;"),
        ("url", "a b&c=ї~*", "a+b%26c%3D%D1%97%7E*"),
        ("unurl", "a+b%26%D1%97", "a b&ї"),
        ("javascript", '<b>Tom & "Jerry"</b>\'\n', '<b>Tom & \\"Jerry\\"<\\/b>\\\'\\n'),
        ("javascript", "ї", "\\u0457"),
        ("java", "a/b\"c'😀", "a/b\\\"c'\\uD83D\\uDE00"),
        ("json", 'a"b\nї', 'a\\"b\\nї'),
        ("sql", "o'x", "o''x"),
        ("velocity", "$a #b", "${esc.d}a ${esc.h}b"),
        ("propertyKey", "a b=c", "a\\ b\\=c"),
        ("propertyValue", " a b", "\\ a b"),
        ("unicode", "0457", "ї"),
        ("unicode", "\\u0457", "ї"),
        ("html", None, "null"),
        ("html", 5, "5"),
        ("html5", "x", "null"),
        ("raw", "<b>", "<b>"),
    ],
)
def test_esc_makes_a_value_safe(name, value, text):
    assert shown(tool("esc"), name, value) == text


def test_esc_has_the_signs_that_are_hard_to_write():
    signs = [read(tool("esc"), name) for name in "dhbqsne"]
    assert signs == ["$", "#", "\\", '"', "'", "\n", "!"]
    assert read(tool("esc"), "dollar") == "$"
    assert read(tool("esc"), "singleQuote") == "'"


def test_a_code_that_is_no_character_fails():
    with pytest.raises(MethodFailed):
        call(tool("esc"), "unicode", "ї")


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("list", (["a", "b", "c"],), "a, b and c"),
        ("list", (["a", "b", "c"], "; "), "a; b; c"),
        ("list", (["a", "b", "c"], ", ", " і "), "a, b і c"),
        ("list", ([{"n": "x"}, {"n": "y"}], ", ", " and ", "n"), "x and y"),
        ("list", ([],), ""),
        ("list", (["a"],), "a"),
        ("list", ("text",), "text"),
        ("list", (None,), "null"),
        ("truncate", ("This is a long string.", 10), "This is..."),
        ("truncate", ("This is a long string.", 12, "…", True), "This is a…"),
        ("truncate", ("short", 10), "short"),
        ("truncate", ("x" * 40,), "x" * 27 + "..."),
        ("truncate", ("abcdef", 2), "ab"),
        ("truncate", ("x" * 40, "!"), "x" * 29 + "!"),
        ("truncate", ("abc", 0), "null"),
        ("capitalize", ("abc def",), "Abc def"),
        ("uncapitalize", ("Abc",), "abc"),
        ("alt", (None, "z"), "z"),
        ("alt", ("", "z"), ""),
        ("alt", (None,), "null"),
        ("br", ("a\nb",), "a<br />\nb"),
        ("stripTags", (MARKUP,), "&\"'"),
        ("stripTags", ("<b>a</b><i>c</i><br/>", "b", "br"), "<b>a</b>c<br/>"),
        ("stripTags", ("a < b", "b"), "a < b"),
        ("plural", (2, "item"), "items"),
        ("plural", (1, "item"), "item"),
        ("plural", (3, "box"), "boxes"),
        ("plural", (2, "CITY"), "CITIES"),
        ("plural", (2, "day"), "days"),
        ("plural", (5, "товар", "товарів"), "товарів"),
        ("cell", ("ab", 5), "ab   "),
        ("cell", ("abcdefgh", 5), "ab..."),
        ("space", (3,), "   "),
        ("space", (-1,), "null"),
        ("message", ("{0} of {1}", 1, 2), "1 of 2"),
        ("message", ("it''s",), "it''s"),
        ("message", ("{0}", ["a"]), "a"),
        ("printf", ("%05d %s %.2f", 42, "x", 1.5), "00042 x 1.50"),
        ("measure", ("ab\nabc",), "{ height: 2, width: 3 }"),
    ],
)
def test_display_answers_as_the_original(name, arguments, text):
    assert shown(tool("display"), name, *arguments) == text


def test_tags_that_never_close_are_looked_at_once():
    assert call(tool("display"), "stripTags", "<" * 200_000) == "<" * 200_000


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("space", (1_000_000_000,)), ("cell", ("x", 1_000_000_000))],
)
def test_a_billion_blanks_are_refused(name, arguments):
    with pytest.raises(BudgetExceeded):
        call(tool("display"), name, *arguments)


PEOPLE = [{"n": "b", "p": 10}, {"n": "A", "p": 5.5}, {"n": "c", "p": 10}]


@pytest.mark.parametrize(
    ("value", "properties", "names"),
    [
        (PEOPLE, "n", "A b c"),
        (PEOPLE, "n:desc", "c b A"),
        (PEOPLE, "p", "A b c"),
        (PEOPLE, ["p:desc", "n:desc"], "c b A"),
        ({"x": PEOPLE[0], "y": PEOPLE[1]}, "p:asc", "A b"),
        (PEOPLE, "missing", "b A c"),
    ],
)
def test_the_sorter_sorts_by_properties(value, properties, names):
    found = call(tool("sorter"), "sort", value, properties)
    assert " ".join(row["n"] for row in found) == names  # type: ignore[attr-defined]


def test_the_sorter_makes_a_copy():
    numbers = [3, 1, 2]
    assert call(tool("sorter"), "sort", numbers) == [1, 2, 3]
    assert call(tool("collection"), "sort", numbers) == [1, 2, 3]
    assert numbers == [3, 1, 2]


def test_what_has_no_order_is_not_sorted():
    sorter = tool("sorter")
    assert call(sorter, "sort", ["a", 1]) is None
    assert call(sorter, "sort", [{"p": 1}, {}], "p") is None
    assert call(sorter, "sort", "text") is None
    assert call(sorter, "sort", ["b", "a"], "name") is None
    assert call(sorter, "sort", [{"a": None}], "a.b") is None


def test_nested_properties_are_found_by_a_dotted_path():
    rows = [{"a": {"b": 2}}, {"a": {"b": 1}}]
    assert call(tool("sorter"), "sort", rows, "a.b") == rows[::-1]


def test_a_collection_splits_at_commas():
    assert call(tool("collection"), "split", "a, b ,c,,") == ["a", "b", "c"]


def test_an_automatic_alternator_moves_when_it_is_printed():
    color = call(tool("alternator"), "auto", "red", "blue")
    assert [java_string(color) for _ in range(3)] == ["red", "blue", "red"]


def test_a_manual_alternator_moves_when_told():
    style = call(tool("alternator"), "manual", ["hip", "fly"])
    assert [java_string(style), java_string(style)] == ["hip", "hip"]
    assert read(style, "next") == "hip"
    assert call(style, "shift") == ""
    assert read(style, "current") == "hip"
    assert call(tool("alternator"), "make", []) is None


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("toNumber", ("12",), "12"),
        ("toInteger", ("12",), "12"),
        ("toInteger", (12.9,), "12"),
        ("toDouble", ("12.5",), "12.5"),
        ("toBoolean", ("true",), "true"),
        ("toBoolean", ("yes",), "false"),
        ("toStrings", ("a, b",), "[a, b]"),
        ("toNumbers", ("12.6,42",), "[12.6, 42]"),
        ("toInts", ("12.6,x",), "[12, 0]"),
        ("toString", (2.0,), "2.0"),
        ("toDate", (MOMENT,), "Wed Sep 02 13:05:09 UTC 2020"),
        ("parseDate", ("2020-09-02", "yyyy-MM-dd"), "Wed Sep 02 00:00:00 UTC 2020"),
        ("parseNumber", ("1 234,5".replace(" ", "\u00a0"), "number", "uk"), "1234.5"),
        ("parseList", ("a,b",), "null"),
    ],
)
def test_convert_answers_as_the_original(name, arguments, text):
    assert shown(tool("convert"), name, *arguments) == text


def test_what_is_no_number_cannot_be_converted():
    with pytest.raises(MethodFailed):
        call(tool("convert"), "toInteger", "abc")


def test_json_becomes_maps_and_lists():
    value = call(tool("json"), "parse", '{"a": [1, 2.5, null, true, "ї"]}')
    assert value == {"a": [1, 2.5, None, True, "ї"]}


@pytest.mark.parametrize("text", ["{", "NaN", "[" * 100_000, "9" * 5_000, ""])
def test_what_is_no_json_fails(text):
    with pytest.raises(MethodFailed):
        call(tool("json"), "parse", text)


def test_tools_read_no_files_and_addresses():
    assert call(tool("json"), "read", "/etc/passwd") is None
    assert call(tool("json"), "fetch", "http://localhost/") is None
