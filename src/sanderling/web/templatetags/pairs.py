"""The pairs of a mapping, whatever its keys are.

``mapping.items`` in a template is the value under the key "items" where there is one, and a
customer's table has such a column, or a source such a name, sooner or later.
"""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def pairs(mapping: Mapping[str, Any] | None) -> list[tuple[str, Any]]:
    """Return (key, value) of each; none of nothing."""
    return list((mapping or {}).items())
