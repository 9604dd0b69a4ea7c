"""`java.util.LinkedHashMap` over Python's dict, its views and their entries.

Python takes 1, 1.0 and True for the same key and Java does not; so a key that is no string is
compared with the keys one by one.
"""

from __future__ import annotations

from typing import Any

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.equality import java_equals, position_of
from sanderling.velocity.methods.hashing import java_hash
from sanderling.velocity.methods.lists import COLLECTION_METHODS, VOID, check_growth
from sanderling.velocity.methods.method import Table, Unmatched, charge_elements, method
from sanderling.velocity.text import java_string
from sanderling.velocity.values import Cursor, EntrySet, KeySet, ValueView

Map = dict[Any, object]


def _has(budget: Budget, value: Map, key: object) -> bool:
    if key.__class__ is str or key is None:
        return key in value
    if key.__class__ not in (int, float, bool):
        return False
    return key in value and position_of(list(value), key, budget) >= 0


def _get(budget: Budget, value: Map, key: object) -> object:
    return value[key] if _has(budget, value, key) else None


def _get_or_default(budget: Budget, value: Map, key: object, other: object) -> object:
    return value[key] if _has(budget, value, key) else other


def _contains_value(budget: Budget, value: Map, wanted: object) -> bool:
    charge_elements(budget, len(value))
    return any(java_equals(element, wanted, budget) for element in value.values())


def _put(budget: Budget, value: Map, key: object, element: object) -> object:
    if key is not None and key.__class__ not in (str, int, float, bool):
        raise MethodFailed("only texts, numbers, true, false and null can be keys")
    former = _get(budget, value, key)
    check_growth(budget, value)
    value[key] = element
    return former


def _put_all(budget: Budget, value: Map, other: object) -> str:
    if other.__class__ is not dict:
        raise Unmatched
    budget.charge_work(len(other))
    budget.check_collection(len(value) + len(other))
    value.update(other)
    return VOID


def _put_if_absent(budget: Budget, value: Map, key: object, element: object) -> object:
    former = _get(budget, value, key)
    if former is None:
        _put(budget, value, key, element)
    return former


def _replace(budget: Budget, value: Map, key: object, element: object, *new: object) -> object:
    if new:
        return _replace_if(budget, value, key, element, new[0])
    return _put(budget, value, key, element) if _has(budget, value, key) else None


def _replace_if(budget: Budget, value: Map, key: object, old: object, new: object) -> bool:
    same = _has(budget, value, key) and java_equals(_get(budget, value, key), old, budget)
    if same:
        _put(budget, value, key, new)
    return same


def _remove(budget: Budget, value: Map, key: object, *old: object) -> object:
    if old:
        same = _has(budget, value, key) and java_equals(_get(budget, value, key), old[0], budget)
        if same:
            del value[key]
        return same
    return value.pop(key) if _has(budget, value, key) else None


def _clear(budget: Budget, value: Map) -> str:
    value.clear()
    return VOID


def _clone(budget: Budget, value: Map) -> Map:
    budget.check_collection(len(value))
    return dict(value)


def _key_set_contains(budget: Budget, value: KeySet, key: object) -> bool:
    return _has(budget, value.source, key)


def _next(budget: Budget, value: Cursor) -> object:
    if not len(value):
        raise MethodFailed("the iterator has no next element")
    return next(iter(value))


MAP_MUTATORS: Table = {
    "put": method(_put, 2),
    "putAll": method(_put_all, 1),
    "putIfAbsent": method(_put_if_absent, 2),
    "replace": method(_replace, 2, 3),
    "remove": method(_remove, 1, 2),
    "clear": method(_clear),
}

MAP_METHODS: Table = MAP_MUTATORS | {
    "get": method(_get, 1),
    "getOrDefault": method(_get_or_default, 2),
    "containsKey": method(_has, 1),
    "containsValue": method(_contains_value, 1),
    "keySet": method(lambda budget, value: KeySet(value)),
    "values": method(lambda budget, value: ValueView(value)),
    "entrySet": method(lambda budget, value: EntrySet(value)),
    "size": method(lambda budget, value: len(value)),
    "isEmpty": method(lambda budget, value: not value),
    "toString": method(lambda budget, value: java_string(value, budget)),
    "equals": method(lambda budget, value, other: java_equals(value, other, budget), 1),
    "hashCode": method(lambda budget, value: java_hash(value, budget)),
    "clone": method(_clone),
}

VIEW_METHODS: dict[type, Table] = {
    KeySet: COLLECTION_METHODS | {"contains": method(_key_set_contains, 1)},
    ValueView: COLLECTION_METHODS,
    EntrySet: COLLECTION_METHODS,
}

ENTRY_METHODS: Table = {
    "getKey": method(lambda budget, value: value.key),
    "getValue": method(lambda budget, value: value.value),
    "toString": method(lambda budget, value: java_string(value, budget)),
    "equals": method(lambda budget, value, other: java_equals(value, other, budget), 1),
    "hashCode": method(lambda budget, value: java_hash(value, budget)),
}

CURSOR_METHODS: Table = {
    "hasNext": method(lambda budget, value: len(value) > 0),
    "next": method(_next),
}
