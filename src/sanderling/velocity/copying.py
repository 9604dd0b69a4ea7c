"""Copies of what a template may change, so that nobody else sees the change.

Only lists and maps are copied; all else a template can hold cannot be changed by it. Shared parts
stay shared, and a list that contains itself is copied as one that contains itself.
"""

from __future__ import annotations

from collections.abc import Mapping


def copy_of(context: Mapping[str, object]) -> dict[str, object]:
    """A copy of a context, lists and maps and all that is in them."""
    done: dict[int, object] = {}
    return {name: _copy(value, done) for name, value in context.items()}


def _copy(value: object, done: dict[int, object]) -> object:
    kind = value.__class__
    if kind is not dict and kind is not list:
        return value
    key = id(value)
    if key in done:
        return done[key]
    if kind is dict:
        mapping: dict[object, object] = {}
        done[key] = mapping
        for name, element in value.items():  # type: ignore[attr-defined]
            mapping[name] = _copy(element, done)
        return mapping
    elements: list[object] = []
    done[key] = elements
    elements.extend(_copy(element, done) for element in value)  # type: ignore[attr-defined]
    return elements
