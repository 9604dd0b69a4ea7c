"""A condition in words, in the reader's language.

Sentences are whole texts with named places, never glued of words: other languages order them
otherwise.  A tree of ``Words`` keeps the groups, so that a page can indent and mark them.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sanderling.segments.catalogue import ACTIVITIES, AGGREGATES, Catalogue
from sanderling.segments.nodes import (
    ActivityWas,
    Ago,
    ColumnTest,
    Condition,
    ContactField,
    EventOccurred,
    Group,
    InList,
    InSegment,
    Not,
    OrdersAre,
    Period,
    RowCondition,
    RowGroup,
    SourceRows,
    Test,
    Value,
)


@dataclass(frozen=True)
class Words:
    """A sentence, and the sentences under it."""

    text: str
    parts: tuple["Words", ...] = ()

    def lines(self, depth: int = 0) -> list[str]:
        """Return one line a sentence, indented by two blanks a level."""
        below = [line for part in self.parts for line in part.lines(depth + 1)]
        return ["  " * depth + self.text, *below]


def describe(condition: Condition, catalogue: Catalogue) -> Words:
    """Return a condition in words."""
    match condition:
        case Group("all", ()):
            return Words(_("Every contact"))
        case Group(kind, parts):
            return Words(_group(kind), tuple(describe(part, catalogue) for part in parts))
        case Not(part):
            return Words(_("Not:"), (describe(part, catalogue),))
        case ContactField(name, test):
            return Words(sentence(str(catalogue.fields[name].label), test))
        case InList(list_id):
            return Words(_("Is in the list “%(name)s”") % {"name": catalogue.lists[list_id]})
        case InSegment(segment_id):
            name = catalogue.segments[segment_id].name
            return Words(_("Is in the segment “%(name)s”") % {"name": name})
        case ActivityWas():
            return Words(_activity(condition))
        case EventOccurred():
            return _event(condition)
        case OrdersAre():
            return Words(_orders(condition))
        case SourceRows(source_id, where):
            return _source(catalogue.sources[source_id].name, where)


def _group(kind: str) -> str:
    return {"all": _("All of:"), "any": _("Any of:"), "none": _("None of:")}[kind]


def sentence(what: str, test: Test) -> str:
    """Return one test in words, such as “Town is not Kyiv”."""
    return str(SENTENCES[test.operator]) % {"what": what, **_values(test.value)}


def _source(name: str, where: RowCondition) -> Words:
    if where == RowGroup("all", ()):
        return Words(_("Has rows in the data source “%(name)s”") % {"name": name})
    words = _("Has a row in the data source “%(name)s” where:") % {"name": name}
    if isinstance(where, RowGroup) and where.kind == "all":
        return Words(words, tuple(map(_rows, where.parts)))
    return Words(words, (_rows(where),))


def _rows(where: RowCondition) -> Words:
    if isinstance(where, ColumnTest):
        return Words(sentence(where.column, where.test))
    return Words(_group(where.kind), tuple(map(_rows, where.parts)))


def _activity(leaf: ActivityWas) -> str:
    what = str(ACTIVITIES[leaf.activity])
    if leaf.channel:
        what = _("%(what)s by %(channel)s") % {"what": what, "channel": leaf.channel}
    if leaf.test is not None:
        return sentence(what, leaf.test)
    if leaf.days is None:
        return _("%(what)s: at any time") % {"what": what}
    return _within(what, leaf.days)


def _event(leaf: EventOccurred) -> Words:
    what = _("Event “%(key)s” occurred") % {"key": leaf.type_key}
    if leaf.days is not None:
        what = _within(what, leaf.days)
    parts = [Words(sentence(parameter.name, parameter.test)) for parameter in leaf.where]
    if leaf.times is not None:
        parts.append(Words(sentence(_("Number of times"), leaf.times)))
    return Words(what, tuple(parts))


def _orders(leaf: OrdersAre) -> str:
    what = str(AGGREGATES[leaf.aggregate].label)
    if leaf.statuses:
        statuses = ", ".join(leaf.statuses)
        what = _("%(what)s (%(statuses)s)") % {"what": what, "statuses": statuses}
    if leaf.days is not None:
        what = _within(what, leaf.days)
    return sentence(what, leaf.test)


def _within(what: str, days: int) -> str:
    """Say a period that includes today."""
    if days == 0:
        return _("%(what)s, today") % {"what": what}
    return ngettext("%(what)s, within %(days)d day", "%(what)s, within %(days)d days", days) % {
        "what": what,
        "days": days,
    }


def _values(value: Value) -> dict[str, str]:
    if isinstance(value, tuple):
        shown = [_shown(part) for part in value]
        listed = ", ".join(shown[:10]) + ("…" if len(shown) > 10 else "")
        return {"value": listed, "first": shown[0], "last": shown[-1]}
    return {"value": _shown(value)}


def _shown(value: Value) -> str:
    match value:
        case bool():
            return _("yes") if value else _("no")
        case Decimal():
            return f"{value.normalize():f}"
        case dt.date():
            return value.isoformat()
        case Period(name, n):
            return str(PERIODS[name]) % {"n": n}
        case Ago(n, unit):
            return str(UNITS[unit]) % {"n": n}
        case None:
            return ""
    return str(value)


SENTENCES: Mapping[str, str | Promise] = {
    "is": gettext_lazy("%(what)s is %(value)s"),
    "is_not": gettext_lazy("%(what)s is not %(value)s"),
    "contains": gettext_lazy("%(what)s contains %(value)s"),
    "not_contains": gettext_lazy("%(what)s does not contain %(value)s"),
    "starts": gettext_lazy("%(what)s starts with %(value)s"),
    "ends": gettext_lazy("%(what)s ends with %(value)s"),
    "in": gettext_lazy("%(what)s is one of: %(value)s"),
    "not_in": gettext_lazy("%(what)s is none of: %(value)s"),
    "specified": gettext_lazy("%(what)s: specified"),
    "not_specified": gettext_lazy("%(what)s: not specified"),
    "=": gettext_lazy("%(what)s = %(value)s"),
    "!=": gettext_lazy("%(what)s ≠ %(value)s"),
    ">": gettext_lazy("%(what)s > %(value)s"),
    ">=": gettext_lazy("%(what)s ≥ %(value)s"),
    "<": gettext_lazy("%(what)s < %(value)s"),
    "<=": gettext_lazy("%(what)s ≤ %(value)s"),
    "between": gettext_lazy("%(what)s is between %(first)s and %(last)s"),
    "on": gettext_lazy("%(what)s is on %(value)s"),
    "before": gettext_lazy("%(what)s is before %(value)s"),
    "after": gettext_lazy("%(what)s is after %(value)s"),
    "during": gettext_lazy("%(what)s is during: %(value)s"),
    "ago": gettext_lazy("%(what)s was exactly %(value)s"),
    "anniversary": gettext_lazy("%(what)s, any year: %(value)s"),
    "any_of": gettext_lazy("%(what)s has any of: %(value)s"),
    "all_of": gettext_lazy("%(what)s has all of: %(value)s"),
    "none_of": gettext_lazy("%(what)s has none of: %(value)s"),
}

PERIODS: Mapping[str, str | Promise] = {
    "today": gettext_lazy("today"),
    "yesterday": gettext_lazy("yesterday"),
    "tomorrow": gettext_lazy("tomorrow"),
    "this_week": gettext_lazy("this week"),
    "last_week": gettext_lazy("last week"),
    "next_week": gettext_lazy("next week"),
    "this_month": gettext_lazy("this month"),
    "last_month": gettext_lazy("last month"),
    "next_month": gettext_lazy("next month"),
    "this_year": gettext_lazy("this year"),
    "last_year": gettext_lazy("last year"),
    "next_year": gettext_lazy("next year"),
    "last_{n}_days": gettext_lazy("the last %(n)d days"),
    "next_{n}_days": gettext_lazy("the next %(n)d days"),
    "in_{n}_days": gettext_lazy("in %(n)d days"),
    "{n}_days_ago": gettext_lazy("%(n)d days ago"),
}

UNITS: Mapping[str, str | Promise] = {
    "hours": gettext_lazy("%(n)d hours ago"),
    "days": gettext_lazy("%(n)d days ago"),
    "weeks": gettext_lazy("%(n)d weeks ago"),
    "months": gettext_lazy("%(n)d months ago"),
    "years": gettext_lazy("%(n)d years ago"),
}
