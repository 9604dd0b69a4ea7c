"""`$display`: lists in words, shortening, padding, plurals, alternatives for null.

`$display.alt($x, 'friend')` replaces null only, and an empty text is no null; `${x|'friend'}`
replaces both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import cast

from babel import Locale

from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.arguments import to_bool, to_int, to_text
from sanderling.velocity.methods.lists import copied
from sanderling.velocity.methods.method import MANY, Table, method
from sanderling.velocity.text import java_string, utf16
from sanderling.velocity.text.java_format import java_format
from sanderling.velocity.tools.message_format import format_message
from sanderling.velocity.tools.properties import property_of
from sanderling.velocity.values import COLLECTIONS

_LENGTH, _SUFFIX = 30, "..."


class DisplayTool:
    """`$display`."""

    __slots__ = ("locale", "zone")

    def __init__(self, locale: Locale, zone: tzinfo) -> None:
        self.locale = locale
        self.zone = zone


class Measurements:
    """What `$display.measure` gives: the number of lines and the length of the longest."""

    __slots__ = ("height", "width")

    def __init__(self, height: int, width: int) -> None:
        self.height = height
        self.width = width


def _list(budget: Budget, tool: DisplayTool, value: object, *words: object) -> object:
    if value is None:
        return None
    elements = [value]
    if value.__class__ in COLLECTIONS:
        elements = copied(budget, cast("list[object]", value))
    glue = to_text(words[0], budget) if words else ", "
    last = to_text(words[1], budget) if len(words) > 1 else glue if words else " and "
    if len(words) > 2 and words[2] is not None:
        path = to_text(words[2], budget)
        elements = [property_of(budget, element, path) for element in elements]
    texts = [java_string(element, budget) for element in elements]
    budget.check_string(sum(map(len, texts)) + len(texts) * (len(glue) + 1) + len(last))
    return last.join([glue.join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def _truncate(budget: Budget, tool: DisplayTool, value: object, *rest: object) -> object:
    length, suffix, at_word = _bounds(budget, rest)
    if value is None or length <= 0:
        return None
    text = java_string(value, budget)
    budget.charge_work(len(text))
    return _cut(text, length, suffix, at_word=at_word)


def _bounds(budget: Budget, rest: Sequence[object]) -> tuple[int, str | None, bool]:
    """`(length)`, `(suffix)`, `(length, suffix)`, `(length, suffix, at word)`."""
    if len(rest) == 1 and rest[0].__class__ is str:
        return _LENGTH, to_text(rest[0], budget), False
    length = to_int(rest[0]) if rest else _LENGTH
    suffix: str | None = _SUFFIX
    if len(rest) > 1:
        suffix = None if rest[1] is None else to_text(rest[1], budget)
    return length, suffix, to_bool(rest[2]) if len(rest) > 2 else False


def _cut(text: str, length: int, suffix: str | None, *, at_word: bool) -> str:
    if utf16.length(text) <= length:
        return text
    room = length - utf16.length(suffix or "")
    if suffix is None or room <= 0:
        return utf16.cut(text, 0, length)
    if at_word:
        space = utf16.cut(text, 0, room + 1).rfind(" ")
        if space > len(suffix):
            return text[:space] + suffix
    return utf16.cut(text, 0, room) + suffix


def _space(budget: Budget, tool: DisplayTool, width: object) -> object:
    count = to_int(width)
    if count < 0:
        return None
    budget.check_string(count)
    return " " * count


def _cell(budget: Budget, tool: DisplayTool, value: object, *rest: object) -> object:
    length, suffix, _ = _bounds(budget, rest)
    if value is None or length <= 0:
        return None
    text = java_string(value, budget)
    missing = length - utf16.length(text)
    if missing < 0:
        return _cut(text, length, suffix, at_word=False)
    budget.check_string(length)
    return text + " " * missing


def _first(change: Callable[[str], str]) -> Callable[..., object]:
    def changed(budget: Budget, tool: DisplayTool, value: object) -> object:
        if value is None:
            return None
        text = java_string(value, budget)
        budget.check_string(len(text))
        return change(text[:1]) + text[1:]

    return changed


def _alt(budget: Budget, tool: DisplayTool, value: object, *other: object) -> object:
    if value is not None:
        return value
    return other[0] if other else "null"


def _br(budget: Budget, tool: DisplayTool, value: object) -> object:
    if value is None:
        return None
    text = java_string(value, budget)
    budget.check_string(len(text) + 6 * text.count("\n"))
    return text.replace("\n", "<br />\n")


def _strip_tags(budget: Budget, tool: DisplayTool, value: object, *tags: object) -> object:
    if value is None:
        return None
    text = java_string(value, budget)
    budget.charge_work(4 * len(text) + 20 * text.count("<"))
    if len(tags) == 1 and tags[0].__class__ is list:
        tags = tuple(cast("list[object]", tags[0]))
    names = [
        tag.lower() for tag in tags if isinstance(tag, str) and tag.isascii() and tag.isalnum()
    ]
    return _without_tags(text, names)


def _without_tags(text: str, allowed: Sequence[str]) -> str:
    """The text without `<…>`, but for the allowed tags; one pass, whatever is left open."""
    kept: list[str] = []
    position = 0
    while (start := text.find("<", position)) >= 0:
        end = text.find(">", start)
        if end < 0:
            break
        kept.append(text[position:start])
        if _is_allowed(text[start + 1 : start + 66], allowed):
            kept.append("<")
            position = start + 1
        else:
            position = end + 1
    return "".join([*kept, text[position:]])


def _is_allowed(tag: str, allowed: Sequence[str]) -> bool:
    bare = tag.removeprefix("/").lower()
    return any(
        bare.startswith(name) and (bare[len(name) : len(name) + 1] or "x") in " \t\n\r\f\x0b>/"
        for name in allowed
    )


def _plural(budget: Budget, tool: DisplayTool, count: object, *words: object) -> object:
    number = to_int(count)
    if number in (1, -1):
        return words[0]
    if len(words) > 1 and words[1] is not None:
        return words[1]
    if words[0] is None:
        return None
    return _english_plural(to_text(words[0], budget))


def _english_plural(word: str) -> str:
    if not word:
        return word
    capital, lower = word[-1] != word[-1].lower(), word.lower()
    if lower.endswith(("x", "sh", "ch", "s")):
        return word + ("ES" if capital else "es")
    if len(word) > 1 and lower.endswith("y") and lower[-2] not in "aeiou":
        return word[:-1] + ("IES" if capital else "ies")
    return word + ("S" if capital else "s")


def _arguments(budget: Budget, values: Sequence[object]) -> Sequence[object]:
    if len(values) == 1 and values[0].__class__ in COLLECTIONS:
        return copied(budget, cast("list[object]", values[0]))
    return values


def _message(budget: Budget, tool: DisplayTool, pattern: object, *values: object) -> object:
    if pattern is None:
        return None
    text, arguments = to_text(pattern, budget), _arguments(budget, values)
    if not arguments:
        return text
    return format_message(text, arguments, locale=tool.locale, zone=tool.zone, budget=budget)


def _printf(budget: Budget, tool: DisplayTool, pattern: object, *values: object) -> object:
    if pattern is None:
        return None
    text, arguments = to_text(pattern, budget), _arguments(budget, values)
    return java_format(text, arguments, budget=budget) if arguments else text


def _measure(budget: Budget, tool: DisplayTool, value: object) -> object:
    if value is None:
        return None
    lines = java_string(value, budget).rstrip("\n").split("\n")
    budget.check_collection(len(lines))
    return Measurements(len(lines), max(map(utf16.length, lines)))


def measurements_text(value: object, budget: Budget) -> str:
    """How a measurement prints."""
    assert isinstance(value, Measurements)
    return f"{{ height: {value.height}, width: {value.width} }}"


DISPLAY_METHODS: Table = {
    "list": method(_list, 1, 2, 3, 4),
    "truncate": method(_truncate, 1, 2, 3, 4),
    "space": method(_space, 1),
    "cell": method(_cell, 1, 2, 3),
    "capitalize": method(_first(str.upper), 1),
    "uncapitalize": method(_first(str.lower), 1),
    "alt": method(_alt, 1, 2),
    "br": method(_br, 1),
    "stripTags": method(_strip_tags, MANY[1:]),
    "plural": method(_plural, 2, 3),
    "message": method(_message, MANY[1:]),
    "printf": method(_printf, MANY[1:]),
    "measure": method(_measure, 1),
}

MEASUREMENT_METHODS: Table = {
    "getHeight": method(lambda budget, value: value.height),
    "getWidth": method(lambda budget, value: value.width),
    "toString": method(lambda budget, value: measurements_text(value, budget)),
}
