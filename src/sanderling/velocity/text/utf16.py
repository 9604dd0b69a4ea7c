"""Strings as Java counts them: in UTF-16 units, so that an emoji is two and can be cut in half.

Python counts code points. The two agree unless a string holds characters above U+FFFF; only then
is the string taken apart.
"""

from __future__ import annotations


def length(text: str) -> int:
    """The number of UTF-16 units."""
    return len(text) if text.isascii() else len(_units(text)) // 2


def cut(text: str, start: int, end: int) -> str:
    """The units from `start` up to `end`; the caller has checked the bounds."""
    if text.isascii():
        return text[start:end]
    units = _units(text)
    if len(units) == 2 * len(text):
        return text[start:end]
    return units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")


def unit_index(text: str, index: int) -> int:
    """The place in units of the code point at `index`; -1 stays -1."""
    return index if index <= 0 else length(text[:index])


def point_index(text: str, unit: int) -> int:
    """The place in code points of a place in units (never inside a pair: the pair's start)."""
    if unit <= 0 or text.isascii() or length(text) == len(text):
        return max(unit, 0)
    head = _units(text)[: 2 * unit].decode("utf-16-le", "surrogatepass")
    split_pair = unit <= length(text) and "\ud800" <= head[-1:] <= "\udbff"
    return len(head) - split_pair


def units(text: str) -> list[int]:
    """The units as numbers, as Java compares and hashes them."""
    raw = _units(text)
    return [raw[i] | raw[i + 1] << 8 for i in range(0, len(raw), 2)]


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")
