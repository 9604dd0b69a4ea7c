"""`java.lang.String`: lengths and indexes in UTF-16 units, replacements, statics.

Splitting and everything else with regular expressions stands in `patterns.py`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.arguments import (
    INT_MAX,
    INT_MIN,
    to_bool,
    to_chars,
    to_int,
    to_ints,
    to_text,
)
from sanderling.velocity.methods.equality import compare_text, folded
from sanderling.velocity.methods.hashing import java_hash
from sanderling.velocity.methods.lists import copied
from sanderling.velocity.methods.method import MANY, Table, Unmatched, method
from sanderling.velocity.text import java_string, utf16
from sanderling.velocity.text.java_format import java_format
from sanderling.velocity.values import COLLECTIONS

_JAVA_WHITESPACE = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2008\u2009\u200a\u2028\u2029\u205f\u3000"
)
# What folding the case of a character costs, in units of work.
_FOLDED = 16
_TRIMMED = "".join(map(chr, range(33)))


def _length(budget: Budget, value: str) -> int:
    """The length; all but ASCII must be counted, eight characters in a unit of work."""
    if not value.isascii():
        budget.charge_work(len(value) >> 3)
    return utf16.length(value)


def _substring(budget: Budget, value: str, *bounds: object) -> str:
    size = _length(budget, value)
    first, last = [*to_ints(*bounds), size][:2]
    if not 0 <= first <= last <= size:
        raise MethodFailed(f"substring from {first} to {last} of a text of {size} characters")
    return utf16.cut(value, first, last)


def _char_at(budget: Budget, value: str, index: object) -> str:
    place, size = to_int(index), _length(budget, value)
    if not 0 <= place < size:
        raise MethodFailed(f"character {place} of a text of {size} characters")
    return utf16.cut(value, place, place + 1)


def _code_point_at(budget: Budget, value: str, index: object) -> int:
    unit = _char_at(budget, value, index)
    pair = utf16.cut(value, to_int(index), to_int(index) + 2)
    return ord(pair) if len(pair) == 1 else ord(unit)


def _index_of(budget: Budget, value: str, wanted: object, *start: object) -> int:
    needle = _sought(wanted, start, budget)
    begin = max(to_int(start[0]), 0) if start else 0
    if begin > utf16.length(value):
        return utf16.length(value) if not needle else -1
    budget.charge_work(len(value))
    return utf16.unit_index(value, value.find(needle, utf16.point_index(value, begin)))


def _last_index_of(budget: Budget, value: str, wanted: object, *start: object) -> int:
    needle = _sought(wanted, start, budget)
    budget.charge_work(len(value))
    if not start:
        return utf16.unit_index(value, value.rfind(needle))
    if to_int(start[0]) < 0:
        return -1
    end = utf16.point_index(value, to_int(start[0])) + len(needle)
    return utf16.unit_index(value, value.rfind(needle, 0, end))


def _sought(wanted: object, start: tuple[object, ...], budget: Budget) -> str:
    # indexOf(int) takes a character's code, so indexOf(111) looks for "o". What would have to be
    # converted could become an int or a String, and Java's choice between them is none.
    if any(each.__class__ is not int for each in start):
        raise Unmatched
    if wanted.__class__ in (bool, float, Decimal):
        raise Unmatched
    if wanted.__class__ is not int:
        return to_text(wanted, budget)
    code = wanted
    if not INT_MIN <= code <= INT_MAX:
        raise Unmatched
    return chr(code) if 0 <= code <= 0x10FFFF else "\U0010ffff\U0010ffff"


def _contains(budget: Budget, value: str, wanted: object) -> bool:
    budget.charge_work(len(value))
    return to_chars(wanted) in value


def _starts_with(budget: Budget, value: str, prefix: object, offset: object = 0) -> bool:
    start, wanted = to_int(offset), to_text(prefix, budget)
    if not 0 <= start <= _length(budget, value):
        return False
    return value.startswith(wanted, utf16.point_index(value, start))


def _ends_with(budget: Budget, value: str, suffix: object) -> bool:
    return value.endswith(to_text(suffix, budget))


def _equals(budget: Budget, value: str, other: object) -> bool:
    budget.charge_work(len(value) >> 3)
    return other.__class__ is str and value == other


def _equals_ignore_case(budget: Budget, value: str, other: object) -> bool:
    if other is None:
        return False
    budget.charge_work(_FOLDED * len(value))
    text = to_text(other, budget)
    return len(text) == len(value) and folded(value) == folded(text)


def _content_equals(budget: Budget, value: str, other: object) -> bool:
    return value == to_chars(other)


def _compare_to(budget: Budget, value: str, other: object) -> int:
    budget.charge_work(4 * len(value))
    if other.__class__ is not str:
        raise MethodFailed("a text is compared with something else")
    return compare_text(value, other)


def _compare_to_ignore_case(budget: Budget, value: str, other: object) -> int:
    budget.charge_work((4 + _FOLDED) * len(value))
    return compare_text(folded(value), folded(to_text(other, budget)))


def _region_matches(budget: Budget, value: str, *arguments: object) -> bool:
    ignore = False
    if len(arguments) == 5:
        ignore, arguments = to_bool(arguments[0]), arguments[1:]
    place, other = to_int(arguments[0]), to_text(arguments[1], budget)
    other_place, count = to_int(arguments[2]), to_int(arguments[3])
    if (
        min(place, other_place) < 0
        or max(place + count - utf16.length(value), other_place + count - utf16.length(other)) > 0
    ):
        return False
    if count <= 0:
        return True
    left = utf16.cut(value, place, place + count)
    right = utf16.cut(other, other_place, other_place + count)
    return folded(left) == folded(right) if ignore else left == right


def _replace(budget: Budget, value: str, wanted: object, replacement: object) -> str:
    target, new = to_chars(wanted), to_chars(replacement)
    budget.charge_work(len(value))
    count = value.count(target)
    budget.check_string(len(value) + count * (len(new) - len(target)))
    return value.replace(target, new)


def _concat(budget: Budget, value: str, other: object) -> str:
    text = to_text(other, budget)
    budget.check_string(len(value) + len(text))
    return value + text


def _repeat(budget: Budget, value: str, count: object) -> str:
    times = to_int(count)
    if times < 0:
        raise MethodFailed(f"repeat {times} times")
    budget.check_string(len(value) * times)
    return value * times


def _check_locale(locale: tuple[object, ...]) -> None:
    """A Locale cannot be written in a template; Java falls over a text or a null in its place."""
    if locale and locale[0] != "":
        if locale[0] is None or locale[0].__class__ is str:
            raise MethodFailed("there is no such locale")
        raise Unmatched


def _upper(budget: Budget, value: str, *locale: object) -> str:
    _check_locale(locale)
    budget.charge_work(len(value))
    budget.check_string(len(value))
    return value.upper()


def _lower(budget: Budget, value: str, *locale: object) -> str:
    _check_locale(locale)
    budget.charge_work(len(value))
    return value.lower()


def _to_char_array(budget: Budget, value: str) -> list[str]:
    size = utf16.length(value)
    budget.check_collection(size)
    budget.charge_work(size)
    return [chr(unit) for unit in utf16.units(value)]


def _get_bytes(budget: Budget, value: str) -> list[int]:
    raw = value.encode("utf-8", "replace")
    budget.check_collection(len(raw))
    budget.charge_work(len(raw))
    return [byte - 256 if byte > 127 else byte for byte in raw]


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _indent(budget: Budget, value: str, count: object) -> str:
    width, lines = to_int(count), _lines(value)
    budget.charge_work(len(value))
    budget.check_string(len(value) + len(lines) * (max(width, 0) + 1))
    if width > 0:
        return "".join(f"{' ' * width}{line}\n" for line in lines)
    return "".join(f"{_without_indent(line, -width)}\n" for line in lines)


def _without_indent(line: str, width: int) -> str:
    blank = len(line) - len(line.lstrip(_JAVA_WHITESPACE))
    return line[min(blank, width) :]


def _hash_code(budget: Budget, value: str) -> int:
    budget.charge_work(4 * len(value))
    return java_hash(value, budget)


def _value_of(budget: Budget, value: str, other: object) -> str:
    return java_string(other, budget)


def _join(budget: Budget, value: str, delimiter: object, *elements: object) -> str:
    glue = to_chars(delimiter)
    if len(elements) == 1 and elements[0].__class__ in COLLECTIONS:
        elements = tuple(copied(budget, cast("list[object]", elements[0])))
    elif any(element is not None and element.__class__ is not str for element in elements):
        raise Unmatched
    budget.charge_work(len(elements))
    texts = [java_string(element, budget) for element in elements]
    budget.check_string(sum(map(len, texts)) + len(glue) * len(texts))
    return glue.join(texts)


def _format(budget: Budget, value: str, pattern: object, *arguments: object) -> str:
    return java_format(to_text(pattern, budget), arguments, budget=budget)


def _strip(budget: Budget, value: str) -> str:
    return value.strip(_JAVA_WHITESPACE)


STRING_METHODS: Table = {
    "length": method(_length),
    "isEmpty": method(lambda budget, value: not value),
    "isBlank": method(lambda budget, value: not _strip(budget, value)),
    "trim": method(lambda budget, value: value.strip(_TRIMMED)),
    "strip": method(_strip),
    "stripLeading": method(lambda budget, value: value.lstrip(_JAVA_WHITESPACE)),
    "stripTrailing": method(lambda budget, value: value.rstrip(_JAVA_WHITESPACE)),
    "toUpperCase": method(_upper, 0, 1),
    "toLowerCase": method(_lower, 0, 1),
    "substring": method(_substring, 1, 2),
    "subSequence": method(_substring, 2),
    "charAt": method(_char_at, 1),
    "codePointAt": method(_code_point_at, 1),
    "indexOf": method(_index_of, 1, 2),
    "lastIndexOf": method(_last_index_of, 1, 2),
    "contains": method(_contains, 1),
    "startsWith": method(_starts_with, 1, 2),
    "endsWith": method(_ends_with, 1),
    "equals": method(_equals, 1),
    "equalsIgnoreCase": method(_equals_ignore_case, 1),
    "contentEquals": method(_content_equals, 1),
    "compareTo": method(_compare_to, 1),
    "compareToIgnoreCase": method(_compare_to_ignore_case, 1),
    "regionMatches": method(_region_matches, 4, 5),
    "replace": method(_replace, 2),
    "concat": method(_concat, 1),
    "repeat": method(_repeat, 1),
    "indent": method(_indent, 1),
    "toCharArray": method(_to_char_array),
    "getBytes": method(_get_bytes),
    "hashCode": method(_hash_code),
    "intern": method(lambda budget, value: value),
    "toString": method(lambda budget, value: value),
    "valueOf": method(_value_of, 1),
    "join": method(_join, MANY[1:]),
    "format": method(_format, MANY[1:]),
    "formatted": method(lambda budget, value, *rest: _format(budget, "", value, *rest), MANY),
}
