"""The short words of operators and units in the builder's choices."""

from django.utils.translation import gettext_lazy as _

OPERATOR_WORDS = {
    "is": _("is"),
    "is_not": _("is not"),
    "contains": _("contains"),
    "not_contains": _("does not contain"),
    "starts": _("starts with"),
    "ends": _("ends with"),
    "in": _("is one of"),
    "not_in": _("is none of"),
    "specified": _("specified"),
    "not_specified": _("not specified"),
    "=": "=",
    "!=": "≠",
    ">": ">",
    ">=": "≥",
    "<": "<",
    "<=": "≤",
    "between": _("between"),
    "on": _("on"),
    "before": _("before"),
    "after": _("after"),
    "during": _("during"),
    "ago": _("exactly … ago"),
    "anniversary": _("any year"),
    "any_of": _("any of"),
    "all_of": _("all of"),
    "none_of": _("none of"),
    "within": _("within the last … days"),
    "not_within": _("not within the last … days"),
    "occurred": _("occurred"),
    "not_occurred": _("did not occur"),
}
UNIT_WORDS = {
    "hours": _("hours"),
    "days": _("days"),
    "weeks": _("weeks"),
    "months": _("months"),
    "years": _("years"),
}
