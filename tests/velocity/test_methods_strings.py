"""Strings answer as `java.lang.String` does."""

from decimal import Decimal

import pytest
from calling import call, read, shown

from sanderling.velocity.errors import BudgetExceeded, MethodFailed

S = "Hello, World"
EMOJI = "a😀b"


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("length", (), 12),
        ("isEmpty", (), False),
        ("isBlank", (), False),
        ("toUpperCase", (), "HELLO, WORLD"),
        ("toLowerCase", (), "hello, world"),
        ("substring", (7,), "World"),
        ("substring", (0, 5), "Hello"),
        ("substring", ("2", "4"), "ll"),
        ("substring", (None,), None),
        ("indexOf", ("o",), 4),
        ("indexOf", ("o", 5), 8),
        ("indexOf", ("zz",), -1),
        ("indexOf", (111,), 4),
        ("indexOf", (1,), -1),
        ("indexOf", ("", 99), 12),
        ("lastIndexOf", ("o",), 8),
        ("lastIndexOf", ("o", 7), 4),
        ("charAt", (0,), "H"),
        ("contains", ("World",), True),
        ("contains", (5,), None),
        ("startsWith", ("Hell",), True),
        ("startsWith", ("ello", 1), True),
        ("startsWith", (5,), False),
        ("endsWith", ("rld",), True),
        ("equals", (5,), False),
        ("equals", (None,), False),
        ("equalsIgnoreCase", ("HELLO, WORLD",), True),
        ("compareTo", ("Help",), -4),
        ("compareTo", ("Hello",), 7),
        ("compareToIgnoreCase", ("HELLO, WORLD",), 0),
        ("regionMatches", (0, "Hell", 0, 4), True),
        ("regionMatches", (True, 0, "HELL", 0, 4), True),
        ("replace", ("l", "L"), "HeLLo, WorLd"),
        ("replace", (1, 2), None),
        ("concat", ("!",), "Hello, World!"),
        ("concat", (5,), "Hello, World5"),
        ("repeat", ("2",), "Hello, WorldHello, World"),
        ("indent", (2,), "  Hello, World\n"),
        ("hashCode", (), -505841268),
        ("contentEquals", ("x",), False),
        ("join", ("-", "a", "b"), "a-b"),
        ("join", ("-", ["a", 1]), "a-1"),
        ("format", ("%03d", 7), "007"),
        ("valueOf", (2.5,), "2.5"),
        ("codePointAt", (0,), 72),
        ("indexOf", (1.5,), None),
        ("indexOf", ("l", "2"), None),
        ("lastIndexOf", ("l", True), None),
        ("toUpperCase", (1,), None),
        ("substring", ("k", None), None),
        ("join", ("a",), ""),
        ("formatted", (), "Hello, World"),
        ("getClass", (), None),
        ("wait", (), None),
        ("length", (1,), None),
    ],
)
def test_a_method_answers_as_in_java(name, arguments, result):
    assert call(S, name, *arguments) == result


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("substring", (5, 2)),
        ("substring", (-1,)),
        ("substring", (0, 13)),
        ("substring", ("x",)),
        ("charAt", (99,)),
        ("contains", (None,)),
        ("concat", (None,)),
        ("compareTo", (None,)),
        ("compareTo", (1,)),
        ("toUpperCase", ("en",)),
        ("substring", (Decimal("1.5"),)),
        ("repeat", (-1,)),
        ("substring", (2**40,)),
    ],
)
def test_what_throws_in_java_fails(name, arguments):
    with pytest.raises(MethodFailed):
        call(S, name, *arguments)


def test_lengths_and_places_are_those_of_utf_16():
    assert call(EMOJI, "length") == 4
    assert call(EMOJI, "indexOf", "b") == 3
    assert call(EMOJI, "lastIndexOf", "b") == 3
    assert call(EMOJI, "substring", 1, 3) == "😀"
    assert call(EMOJI, "substring", 1, 2) == "\ud83d"
    assert call(EMOJI, "charAt", 2) == "\ude00"
    assert call(EMOJI, "startsWith", "b", 3) is True
    assert call(EMOJI, "toCharArray") == ["a", "\ud83d", "\ude00", "b"]


def test_blanks_are_javas():
    assert call(" \t\u0001x\u00a0 ", "trim") == "x\u00a0"
    assert call("\u2003x\u00a0", "strip") == "x\u00a0"
    assert call("\u00a0", "isBlank") is False
    assert call(" \n", "isBlank") is True


def test_a_property_may_name_a_method_without_arguments():
    assert read(S, "length") == 12
    assert read(S, "empty") is False
    assert read(S, "blank") is False
    assert read(S, "substring") is None
    assert read(S, "class") is None
    assert read(S, "__class__") is None


@pytest.mark.parametrize(
    ("text", "arguments", "parts"),
    [
        ("Hello, World", (", ",), ["Hello", "World"]),
        ("a,b,,c,,", (",",), ["a", "b", "", "c"]),
        ("a,b,,c,,", (",", -1), ["a", "b", "", "c", "", ""]),
        ("Hello, World", ("o", 2), ["Hell", ", World"]),
        ("a1b22c", ("[0-9]+",), ["a", "b", "c"]),
        ("a|b", ("\\|",), ["a", "b"]),
        ("abc", ("",), ["a", "b", "c"]),
        (",", (",",), []),
        ("", (",",), [""]),
        ("2024-05-06", ("-",), ["2024", "05", "06"]),
    ],
)
def test_split_drops_empty_parts_at_the_end(text, arguments, parts):
    assert call(text, "split", *arguments) == parts


def test_split_into_characters_counts_as_java_does():
    assert call("abc", "split", "") == ["a", "b", "c"]
    assert call("abc", "split", "", 2) == ["a", "bc"]
    assert call("abc", "split", "", -1) == ["a", "b", "c", ""]
    assert len(call(EMOJI, "split", "")) == 4


@pytest.mark.parametrize(
    ("text", "name", "arguments", "result"),
    [
        ("Hello, World", "replaceFirst", ("l", "_"), "He_lo, World"),
        ("Hello, World", "replaceAll", ("[lo]", "*"), "He***, W*r*d"),
        ("John Smith", "replaceAll", ("(\\w+) (\\w+)", "$2 $1"), "Smith John"),
        ("a1", "replaceAll", ("(\\d)", "$12"), "a12"),
        ("a", "replaceAll", ("(?P<n>a)", "<${n}>"), "<a>"),
        ("a.b", "replaceAll", ("\\.", "\\$"), "a$b"),
        ("Hello, World", "replaceAll", ("\\b", "|"), "|Hello|, |World|"),
        ("World", "replaceAll", ("$", "<"), "World<"),
        ("hello", "replaceAll", ("l*", "-"), "-h-e--o-"),
        ("Привіт, Hi!", "replaceAll", ("\\p{IsCyrillic}+", "x"), "x, Hi!"),
        ("Привіт, Hi!", "replaceAll", ("\\p{Alpha}", "x"), "Привіт, xx!"),
        ("Привіт, Hi!", "replaceAll", ("[\\p{Punct}\\s]+", "_"), "Привіт_Hi_"),
        ("Привіт", "replaceAll", ("(?iu)п", "x"), "xривіт"),
        ("Привіт", "replaceAll", ("\\u0438", "x"), "Прxвіт"),
        ("a\u00a0b c", "replaceAll", ("\\h", "_"), "a_b_c"),
        ("a.b.c", "replaceAll", ("\\Q.\\E", "-"), "a-b-c"),
        ("Hello, World", "matches", ("Hello.*",), True),
        ("Hello, World", "matches", ("World",), False),
    ],
)
def test_patterns_are_regular_expressions_with_javas_replacements(text, name, arguments, result):
    assert call(text, name, *arguments) == result


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("matches", ("(a",)),
        ("matches", ("(a)\\1",)),
        ("matches", ("a(?=b)",)),
        ("replaceAll", ("a", "$1")),
        ("replaceAll", ("[a-z&&[^b]]", "")),
        ("replaceAll", ("[[a-c]x]", "")),
        ("replaceAll", ("(?U)\\w", "")),
        ("split", ("(?=a)",)),
        ("replaceAll", ("a", "$")),
        ("replaceAll", ("a", "\\")),
        ("matches", ("x" * 2000,)),
    ],
)
def test_a_pattern_that_is_not_understood_fails(name, arguments):
    with pytest.raises(MethodFailed):
        call("abc", name, *arguments)


def test_a_pattern_that_would_take_for_ever_elsewhere_answers_at_once():
    assert call("a" * 5_000 + "!", "matches", "(a+)+$") is False
    assert shown("a" * 5_000 + "!", "replaceAll", "(a|aa)+$", "b").endswith("!")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("repeat", (2_000_000_000,)),
        ("replace", ("x", "y" * 1_000)),
        ("replaceAll", ("x", "y" * 100)),
        ("concat", ("y" * 980_000,)),
        ("indent", (1_000_000,)),
        ("join", ("y" * 500_000, "a", "b", "c")),
    ],
)
def test_a_text_that_would_grow_too_long_is_refused(name, arguments):
    with pytest.raises(BudgetExceeded):
        call("x" * 30_000, name, *arguments)
