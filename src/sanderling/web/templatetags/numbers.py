"""Numbers for people: grouped by thousands, as the reader's language groups them.

A filter, not the setting that groups every number: identifiers are written by templates too, into
addresses and hidden fields, and must stay as they are.
"""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def grouped(number: object) -> object:
    """Return 1234567 as 1,234,567 or 1 234 567; anything that is no number as it is."""
    if isinstance(number, bool) or not isinstance(number, int | float | Decimal):
        return number
    return number_format(number, use_l10n=True, force_grouping=True)
