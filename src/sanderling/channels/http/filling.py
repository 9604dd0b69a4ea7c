"""The tiny template of a description: ``{{to}}`` in an address, a header or a body.

A body is filled as a structure and never as text, so that no value can break out of its place.
A place that is nothing but one name takes the value as it is (a number stays one); where such a
value is empty, the member is left out: a message without a picture has no member ``image``.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

NAME = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
BREAKS = re.compile(r"[\x00-\x1f\x7f]")
Values = Mapping[str, Any]


def names_in(template: Any) -> set[str]:
    """Return the names that a template asks for, however deep they stand."""
    if isinstance(template, str):
        return set(NAME.findall(template))
    if isinstance(template, dict):
        return set().union(*(names_in(part) for pair in template.items() for part in pair))
    if isinstance(template, list):
        return set().union(*map(names_in, template))
    return set()


def filled(template: Any, values: Values) -> Any:
    """Return a structure with every name replaced; members whose only value is empty are gone."""
    if isinstance(template, str):
        return _text(template, values)
    if isinstance(template, dict):
        made = {key: filled(part, values) for key, part in template.items()}
        return {key: value for key, value in made.items() if not _is_nothing(value)}
    if isinstance(template, list):
        made_all = [filled(part, values) for part in template]
        return [value for value in made_all if not _is_nothing(value)]
    return template


def filled_address(template: str, values: Values) -> str:
    """Return an address; values are percent-encoded, so they cannot lead elsewhere."""
    return NAME.sub(lambda found: quote(_word(values.get(found[1])), safe=""), template)


def filled_header(template: str, values: Values) -> str:
    """Return a header's value on one line."""
    return BREAKS.sub(" ", NAME.sub(lambda found: _word(values.get(found[1])), template))


def _text(template: str, values: Values) -> Any:
    whole = NAME.fullmatch(template)
    if whole:
        return values.get(whole[1])
    return NAME.sub(lambda found: _word(values.get(found[1])), template)


def _word(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})
