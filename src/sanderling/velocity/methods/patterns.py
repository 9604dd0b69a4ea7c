r"""String methods with regular expressions: `matches`, `replaceAll`, `replaceFirst`, `split`.

RE2 matches in linear time, so no pattern of a template can hang a render; its price is that
look-around and back-references do not exist, which is said as an error. Replacement texts are
Java's: `$1` and `${name}` are groups, a backslash quotes the next character.
"""

from __future__ import annotations

import re as _plain_re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

import re2

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.arguments import to_int, to_text
from sanderling.velocity.methods.java_patterns import for_re2
from sanderling.velocity.methods.method import Table, check_room, method
from sanderling.velocity.text import utf16

_LONGEST_PATTERN = 1_000
# What a match and a part of its replacement cost, in units of work of about 50 ns.
_MATCH, _PART = 100, 10
_SPECIAL = frozenset(".$|()[{^?*+\\")
_TOKEN = _plain_re.compile(r"\\(.?)|\$\{(\w+)\}|\$(\d)|\$|[^\\$]+", _plain_re.DOTALL)


def _matches(budget: Budget, value: str, pattern: object) -> bool:
    regex = _compiled(_encodable(to_text(pattern, budget)))
    value = _searched(budget, value)
    return regex.fullmatch(value) is not None


def _replace_all(budget: Budget, value: str, pattern: object, replacement: object) -> str:
    return _replaced(budget, value, pattern, replacement, first_only=False)


def _replace_first(budget: Budget, value: str, pattern: object, replacement: object) -> str:
    return _replaced(budget, value, pattern, replacement, first_only=True)


def _replaced(
    budget: Budget, value: str, pattern: object, replacement: object, *, first_only: bool
) -> str:
    regex = _compiled(_encodable(to_text(pattern, budget)))
    new = to_text(replacement, budget)
    budget.charge_work(_PART * len(new))
    remembered = _replacement if len(new) <= _LONGEST_PATTERN else _replacement.__wrapped__
    parts = remembered(new, regex.groups, frozenset(regex.groupindex))
    value = _searched(budget, value)
    pieces: list[str] = []
    size = end = 0
    for match in _found(regex, value):
        budget.charge_work(_MATCH + _PART * len(parts))
        new = "".join(part if isinstance(part, str) else _group(match, part[0]) for part in parts)
        pieces += [value[end : match.start()], new]
        size += len(pieces[-2]) + len(new)
        check_room(budget, size)
        end = match.end()
        if first_only:
            break
    pieces.append(value[end:])
    budget.check_string(size + len(pieces[-1]))
    return "".join(pieces)


def _split(budget: Budget, value: str, pattern: object, limit: object = 0) -> list[str]:
    text, most = _encodable(to_text(pattern, budget)), to_int(limit)
    value = _searched(budget, value)
    if not value:
        return [""]
    plain = _plain_text(text)
    if not text:
        pieces = _characters(budget, value, most)
    elif plain:
        budget.check_collection(1 + value.count(plain))
        pieces = value.split(plain, most - 1 if most > 0 else -1)
    else:
        pieces = _pieces(budget, value, _compiled(text), most)
    if most == 0:
        while len(pieces) > 1 and not pieces[-1]:
            pieces.pop()
        if pieces == [""]:
            return []
    return pieces


def _characters(budget: Budget, value: str, most: int) -> list[str]:
    """The characters as Java counts them, an emoji as two, and the empty text after the last."""
    size = utf16.length(value)
    cuts = min(most - 1, size) if most > 0 else size
    budget.check_collection(cuts + 1)
    budget.charge_work(_PART * cuts)
    halves = value.encode("utf-16-le", "surrogatepass")
    bounds = [*range(0, 2 * cuts, 2), 2 * cuts, 2 * size]
    return [
        halves[start:end].decode("utf-16-le", "surrogatepass") for start, end in pairwise(bounds)
    ]


def _plain_text(pattern: str) -> str:
    """The one character that a pattern stands for, if it is that simple; otherwise nothing."""
    if len(pattern) == 1 and pattern not in _SPECIAL:
        return pattern
    quoted = len(pattern) == 2 and pattern[0] == "\\" and not pattern[1].isalnum()
    return pattern[1] if quoted else ""


def _pieces(budget: Budget, value: str, regex: Any, most: int) -> list[str]:
    # Java: a match without length at the very beginning splits off nothing.
    pieces: list[str] = []
    end = 0
    for match in _found(regex, value):
        budget.charge_work(_MATCH)
        if most > 0 and len(pieces) == most - 1:
            break
        if match.end() == 0 or (match.start() == match.end() == len(value)):
            continue
        pieces.append(value[end : match.start()])
        end = match.end()
    return [*pieces, value[end:]]


def _found(regex: Any, value: str) -> Iterator[Any]:
    # The wrapper reports a match without length twice where it stands after the last one.
    before = None
    for match in regex.finditer(value):
        if match.span() != before:
            yield match
        before = match.span()


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    if len(pattern) > _LONGEST_PATTERN:
        raise MethodFailed(f"a pattern may have {_LONGEST_PATTERN} characters at most")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 8 << 20
    try:
        return re2.compile(for_re2(pattern), options)
    except re2.error as error:
        raise MethodFailed(
            f"the pattern {pattern[:40]!r} is not understood ({_reason(error)}); "
            "look-around and back-references do not exist here"
        ) from error


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)


@lru_cache(maxsize=512)
def _replacement(
    text: str, groups: int, names: frozenset[str]
) -> tuple[str | tuple[int | str], ...]:
    parts: list[str | tuple[int | str]] = []
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        assert token is not None  # the last alternatives take every character
        quoted, name, digit = token.groups()
        position = token.end()
        if quoted is not None:
            if not quoted:
                raise MethodFailed("the replacement ends with a lone backslash")
            parts.append(quoted)
        elif name is not None:
            if name not in names:
                raise MethodFailed(f"no group is called {name[:40]}")
            parts.append((name,))
        elif digit is not None:
            number, position = _group_number(text, token.start(3), groups)
            parts.append((number,))
        elif token.group() == "$":
            raise MethodFailed("a $ in a replacement must be followed by a group's number")
        else:
            parts.append(token.group())
    return tuple(parts)


def _group_number(text: str, start: int, groups: int) -> tuple[int, int]:
    # As many digits as still name a group: with one group, $12 is group 1 and the text 2.
    number, end = int(text[start]), start + 1
    if number > groups:
        raise MethodFailed(f"there is no group {number}")
    while end < len(text) and "0" <= text[end] <= "9" and number * 10 + int(text[end]) <= groups:
        number, end = number * 10 + int(text[end]), end + 1
    return number, end


def _group(match: Any, group: int | str) -> str:
    return match.group(group) or ""


def _searched(budget: Budget, value: str) -> str:
    # RE2 with its Python wrapper is several times slower than a plain scan.
    budget.charge_work(4 * len(value))
    return _encodable(value)


def _encodable(text: str) -> str:
    # RE2 reads UTF-8, which has no half characters; half an emoji becomes a question mark.
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


PATTERN_METHODS: Table = {
    "matches": method(_matches, 1),
    "replaceAll": method(_replace_all, 2),
    "replaceFirst": method(_replace_first, 2),
    "split": method(_split, 1, 2),
}
