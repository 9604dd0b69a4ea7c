"""The values a template can meet besides Python's own: map views, entries, iterators.

Java hands out live views of a map (`keySet()`, `values()`, `entrySet()`); these are theirs. They
hold the map itself, so asking for a view costs nothing however large the map is. Dispatch
everywhere is by exact class, so nothing here may be subclassed to mean something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


class Entry:
    """One `key=value` of a map, as `entrySet()` gives them."""

    __slots__ = ("key", "value")

    def __init__(self, key: object, value: object) -> None:
        self.key = key
        self.value = value


class MapView:
    """What the three views share: they are as long as their map, and iterate a snapshot of it.

    A snapshot, since a template may change the map while it walks over the view; Java would throw
    ConcurrentModificationException there, and Python RuntimeError.
    """

    __slots__ = ("source",)

    def __init__(self, source: dict[Any, object]) -> None:
        self.source = source

    def __len__(self) -> int:
        return len(self.source)


class KeySet(MapView):
    """`map.keySet()`."""

    __slots__ = ()

    def __iter__(self) -> Iterator[object]:
        return iter(list(self.source))


class ValueView(MapView):
    """`map.values()`."""

    __slots__ = ()

    def __iter__(self) -> Iterator[object]:
        return iter(list(self.source.values()))


class EntrySet(MapView):
    """`map.entrySet()`."""

    __slots__ = ()

    def __iter__(self) -> Iterator[object]:
        return iter([Entry(key, value) for key, value in self.source.items()])


class Cursor:
    """A Java iterator over a snapshot: `hasNext()` and `next()`; a loop uses up what is left."""

    __slots__ = ("elements", "position")

    def __init__(self, elements: Iterable[object]) -> None:
        self.elements = list(elements)
        self.position = 0

    def __len__(self) -> int:
        return len(self.elements) - self.position

    def __iter__(self) -> Iterator[object]:
        while self.position < len(self.elements):
            self.position += 1
            yield self.elements[self.position - 1]


SEQUENCES: frozenset[type] = frozenset({list, range})
SETS: frozenset[type] = frozenset({KeySet, EntrySet})
COLLECTIONS: frozenset[type] = SEQUENCES | SETS | {ValueView}


def elements_of(value: object) -> Iterable[object] | None:
    """What `#foreach` walks over: a map's values, a collection's elements; None for all else.

    Every answer has a length, so a loop can be charged before it starts. A list is handed out as it
    is, not copied: whoever lets the body change it copies first.
    """
    kind = value.__class__
    if kind is dict:
        return ValueView(value)  # type: ignore[arg-type]
    if kind in COLLECTIONS or kind is Cursor:
        return value  # type: ignore[return-value]
    return None
