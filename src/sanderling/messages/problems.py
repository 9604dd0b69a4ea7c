"""What is wrong with a message, where it can be seen in the editor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sanderling import velocity
from sanderling.messages.preparing import prepare


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence about a part of the message (``subject``, ``html``…), with its place if any."""

    part: str
    message: str
    line: int = 0
    column: int = 0
    source_line: str = ""
    language: str = ""
    is_fatal: bool = True  # it must be mended before sending

    def __str__(self) -> str:
        where = f"{self.part}, line {self.line}: " if self.line else ""
        return f"{where}{self.message}"


def of_error(
    error: velocity.VelocityError, source: str, *, fields: Mapping[str, int], language: str = ""
) -> Problem:
    """Return a template's error with its place in the author's own text."""
    return Problem(
        part=error.template,
        message=error.message,
        line=error.line,
        column=_column(source, fields, error.line, error.column),
        source_line=_line(source, error.line),
        language=language,
    )


def of_finding(
    found: velocity.Problem,
    part: str,
    source: str,
    *,
    fields: Mapping[str, int],
    language: str = "",
) -> Problem:
    """Return what the engine's check found, with its hint; only errors forbid sending."""
    return Problem(
        part=part,
        message=f"{found.message} {found.hint}".rstrip(),
        line=found.line,
        column=_column(source, fields, found.line, found.column),
        source_line=_line(source, found.line),
        language=language,
        is_fatal=found.severity is velocity.Severity.ERROR,
    )


def of_warning(
    warning: velocity.RenderWarning, parts: Mapping[str, str], *, fields: Mapping[str, int]
) -> Problem:
    """Return what went wrong for one person as a problem that does not stop a campaign."""
    source = parts.get(warning.template, "")
    return Problem(
        part=warning.template,
        message=warning.message,
        line=warning.line,
        column=_column(source, fields, warning.line, warning.column),
        source_line=_line(source, warning.line),
        is_fatal=False,
    )


def as_json(problem: Problem) -> dict[str, Any]:
    """Return a problem as the API and the editor's script read it."""
    return {name: getattr(problem, name) for name in Problem.__slots__}


def _column(source: str, fields: Mapping[str, int], line: int, column: int) -> int:
    return prepare(source, fields=fields).column(line, column) if line else 0


def _line(source: str, line: int) -> str:
    lines = source.splitlines()
    return lines[line - 1] if 0 < line <= len(lines) else ""
