"""Condition: compare a variable, and go one of two ways."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import re2
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanderling.workflows.blocks.asking import Choice, Setting
from sanderling.workflows.blocks.block import Block, Names, Problems
from sanderling.workflows.standing import Left, Outcome, Standing
from sanderling.workflows.variables import as_text, fill, value_of

YES_OR_NO = {"yes": gettext_lazy("yes"), "no": gettext_lazy("no")}
OPERATORS = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "contains": gettext_lazy("contains"),
    "not_contains": gettext_lazy("does not contain"),
    "starts": gettext_lazy("starts with"),
    "ends": gettext_lazy("ends with"),
    "matches": gettext_lazy("matches the regular expression"),
    "greater": gettext_lazy("is greater than"),
    "at_least": gettext_lazy("is at least"),
    "less": gettext_lazy("is less than"),
    "at_most": gettext_lazy("is at most"),
    "specified": gettext_lazy("is specified"),
    "not_specified": gettext_lazy("is not specified"),
}
WITHOUT_VALUE = ("specified", "not_specified")
LONGEST_PATTERN = 1000


@dataclass(frozen=True, kw_only=True)
class Condition(Block):
    """Texts are compared in any letter case, numbers as numbers; no number is never greater."""

    KIND = "condition"
    TITLE = gettext_lazy("Condition")
    EXITS = YES_OR_NO
    SETTINGS = (
        Setting(
            name="variable",
            label=gettext_lazy("Variable"),
            hint=gettext_lazy("A parameter of the event or a contact field, such as ${total}."),
            is_required=True,
        ),
        Choice(name="operator", label=gettext_lazy("Comparison"), choices=tuple(OPERATORS.items())),
        Setting(
            name="value",
            label=gettext_lazy("Value"),
            hint=gettext_lazy("May hold variables, too."),
            longest=LONGEST_PATTERN,
        ),
    )

    variable: str
    operator: str
    value: str

    def check(self) -> Problems:
        """A regular expression must be one."""
        if self.operator == "matches":
            try:
                re2.compile(self.value, _options())
            except re2.error as trouble:
                return {"value": [_("This is no regular expression: %s") % _words(trouble)]}
        if self.operator not in WITHOUT_VALUE and not self.value:
            return {"value": [_("Give a value to compare with.")]}
        return {}

    def act(self, runs: Sequence[Standing]) -> list[Outcome]:
        """Compare."""
        return [Left("yes" if self.holds(run) else "no") for run in runs]

    def holds(self, run: Standing) -> bool:
        """Return whether it is true of a run."""
        found = self._variable(run)
        if self.operator == "matches":  # variables would turn into a pattern
            return re2.compile(self.value, _options()).search(found) is not None
        return TESTS[self.operator](found, fill(self.value, run).strip())

    def describe(self, names: Names) -> str:
        """Say what is compared."""
        parts = (self.variable, str(OPERATORS[self.operator]), self.value)
        return " ".join(parts[: 2 if self.operator in WITHOUT_VALUE else 3])

    def _variable(self, run: Standing) -> str:
        if "${" in self.variable:
            return fill(self.variable, run).strip()
        return as_text(value_of(self.variable, run)).strip()


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text.replace(" ", "").replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _numbers(test: Callable[[Decimal, Decimal], bool]) -> Callable[[str, str], bool]:
    def tested(found: str, value: str) -> bool:
        left, right = _number(found), _number(value)
        return left is not None and right is not None and test(left, right)

    return tested


def _is(found: str, value: str) -> bool:
    left, right = _number(found), _number(value)
    if left is not None and right is not None:
        return left == right
    return found.casefold() == value.casefold()


TESTS: dict[str, Callable[[str, str], bool]] = {
    "is": _is,
    "is_not": lambda found, value: not _is(found, value),
    "contains": lambda found, value: value.casefold() in found.casefold(),
    "not_contains": lambda found, value: value.casefold() not in found.casefold(),
    "starts": lambda found, value: found.casefold().startswith(value.casefold()),
    "ends": lambda found, value: found.casefold().endswith(value.casefold()),
    "greater": _numbers(lambda left, right: left > right),
    "at_least": _numbers(lambda left, right: left >= right),
    "less": _numbers(lambda left, right: left < right),
    "at_most": _numbers(lambda left, right: left <= right),
    "specified": lambda found, _value: bool(found),
    "not_specified": lambda found, _value: not found,
}


def _options() -> "re2.Options":
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return options


def _words(trouble: Exception) -> str:
    found = trouble.args[0] if trouble.args else ""
    return found.decode() if isinstance(found, bytes) else str(found)
