"""What can go wrong with a template, in the words of the person who writes it.

Every error that leaves this package is a `VelocityError` and knows its place: the template's name,
the line and column (both from 1), and the line itself. `MethodFailed` is the one exception that
stays inside: it stands for a Java exception inside a method, and the runtime decides what becomes
of it (an error in strict mode; null and a counted warning in send mode).
"""

from __future__ import annotations


class VelocityError(Exception):
    """Something is wrong with the template."""

    def __init__(
        self,
        message: str,
        *,
        template: str = "",
        line: int = 0,
        column: int = 0,
        source_line: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.template = template
        self.line = line
        self.column = column
        self.source_line = source_line

    def __str__(self) -> str:
        place = f"{self.template or 'template'}, line {self.line}, column {self.column}"
        return f"{place}: {self.message}" if self.line else self.message


class ParseError(VelocityError):
    """The template is not written correctly."""


class RenderError(VelocityError):
    """The template is correct, but could not be rendered with this context."""


class BudgetExceeded(RenderError):
    """The template asked for more work than one message may cost."""


class MethodFailed(Exception):
    """A method was called in a way that throws in Java: an index out of bounds, a bad number."""
