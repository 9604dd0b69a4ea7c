r"""`$esc`: making a value safe inside HTML, XML, an address, JavaScript, Java, JSON or SQL text.

And the signs that are hard to write in a template: `$esc.d` is a dollar, `$esc.h` a hash. HTML
entities are those of HTML 4: `«` becomes `&laquo;`, Cyrillic stays as it is, `'` too. Where values
are escaped by themselves, `$esc.raw` marks one that already is what it should be.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html.entities import codepoint2name
from urllib.parse import quote_plus, unquote_plus

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.escaping import Safe
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.method import Table, method
from sanderling.velocity.text import java_string, utf16

_HTML = {code: f"&{name};" for code, name in codepoint2name.items()}
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})
_CONTROLS = {"\b": r"\b", "\n": r"\n", "\t": r"\t", "\f": r"\f", "\r": r"\r"}
_JAVA = _CONTROLS | {'"': r"\"", "\\": r"\\"}
_JAVASCRIPT = _JAVA | {"'": r"\'", "/": r"\/"}
_PROPERTY = {"\t": r"\t", "\n": r"\n", "\f": r"\f", "\r": r"\r"} | {c: f"\\{c}" for c in "\\#!=:"}


class EscapeTool:
    """`$esc`."""

    __slots__ = ()


def _escaping(escape: Callable[[str], str]) -> Callable[..., object]:
    def escaped(budget: Budget, tool: EscapeTool, value: object) -> object:
        if value is None:
            return None
        text = java_string(value, budget)
        # Six signs for one is the most that any of these makes of printable text.
        budget.check_string(len(text))
        budget.charge_work((10 if text.isascii() else 20) * len(text))
        result = escape(text)
        budget.check_string(len(result))
        return result

    return escaped


class _Backslashes(dict[int, str]):
    """What each character becomes; made when it is first met, for those of two bytes also kept."""

    def __missing__(self, code: int) -> str:
        escaped = "".join(f"\\u{unit:04X}" for unit in utf16.units(chr(code)))
        if code <= _KEPT:
            self[code] = escaped
        return escaped


_KEPT = 0xFFFF


def _backslashed(signs: dict[str, str]) -> Callable[[str], str]:
    printable = {code: chr(code) for code in range(0x20, 0x80)}
    table = _Backslashes(printable | {ord(sign): escaped for sign, escaped in signs.items()})
    return lambda text: text.translate(table)


def _url(text: str) -> str:
    return quote_plus(text, safe="*", errors="replace").replace("~", "%7E")


_escape_property = _backslashed(_PROPERTY)


def _property_value(text: str) -> str:
    escaped = _escape_property(text)
    return f"\\{escaped}" if escaped.startswith(" ") else escaped


def _velocity(text: str) -> str:
    return text.replace("$", "${esc.d}").replace("#", "${esc.h}")


def _unicode(budget: Budget, tool: EscapeTool, value: object) -> object:
    if value is None:
        return None
    digits = java_string(value, budget).removeprefix("\\u")
    try:
        return chr(int(digits[:12], 16))
    except (ValueError, OverflowError) as error:
        raise MethodFailed(f"{digits[:20]!r} is no character's code") from error


def _raw(budget: Budget, tool: EscapeTool, value: object) -> object:
    return None if value is None else Safe(java_string(value, budget))


def _sign(sign: str) -> Callable[[Budget, EscapeTool], str]:
    return lambda budget, tool: sign


_SIGNS = {
    "$": ("getD", "getDollar"),
    "#": ("getH", "getHash"),
    "\\": ("getB", "getBackslash"),
    '"': ("getQ", "getQuote"),
    "'": ("getS", "getSingleQuote"),
    "\n": ("getN", "getNewline"),
    "!": ("getE", "getExclamation"),
}

ESCAPE_METHODS: Table = {
    "html": method(_escaping(lambda text: text.translate(_HTML)), 1),
    "xml": method(_escaping(lambda text: text.translate(_XML)), 1),
    "url": method(_escaping(_url), 1),
    "unurl": method(_escaping(unquote_plus), 1),
    "javascript": method(_escaping(_backslashed(_JAVASCRIPT)), 1),
    "java": method(_escaping(_backslashed(_JAVA)), 1),
    "json": method(_escaping(lambda text: json.dumps(text, ensure_ascii=False)[1:-1]), 1),
    "sql": method(_escaping(lambda text: text.replace("'", "''")), 1),
    "velocity": method(_escaping(_velocity), 1),
    "propertyKey": method(_escaping(_backslashed(_PROPERTY | {" ": "\\ "})), 1),
    "propertyValue": method(_escaping(_property_value), 1),
    "unicode": method(_unicode, 1),
    "raw": method(_raw, 1),
    "getKey": method(_sign("esc")),
    **{name: method(_sign(sign)) for sign, names in _SIGNS.items() for name in names},
}
