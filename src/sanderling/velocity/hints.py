"""Traps that can be seen in the text alone: it is correct, but means something else.

Each rule is a pattern, what it means, and what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trap:
    """A pattern that is rarely meant; `{}` in the texts is what was found."""

    pattern: re.Pattern[str]
    message: str
    hint: str


TRAPS: tuple[Trap, ...] = (
    Trap(
        re.compile(r'"([^"\n#]*#,?#[^"\n]*)"(?=[ ]*[,)])'),
        "In double quotes '##' starts a comment, so the format '{}' is cut off.",
        "Use single quotes: '{}'.",
    ),
    Trap(
        re.compile(r"#(stop|break)(?=[ ]*\{)"),
        "'#{}' is a directive, not a style: the message would end here.",
        "Give the element another id.",
    ),
    Trap(
        re.compile(r"#(if|elseif|else|end|foreach|macro|define|parse|evaluate|include)(?=[ ]*\{)"),
        "'#{}' is a directive, not a style.",
        "Give the element another id.",
    ),
    Trap(
        re.compile(r"\$!?\{?([^\W\d_a-zA-Z][\w']*)"),
        "'{}' is no name of the language: names are Latin letters, digits and '_'.",
        "It is printed as it stands. Use the field's Latin name.",
    ),
    Trap(
        re.compile(r"\$!?([A-Za-z_]\w*-[A-Za-z_][\w-]*)"),
        "A name ends before the hyphen in '{}'.",
        "Use '_' in names, or ${name}-text when the hyphen is meant.",
    ),
    Trap(
        re.compile(r"\$!?\{?([A-Za-z_]\w*\.\d\w*)"),
        "A property cannot start with a digit, as in '{}'.",
        "Write .get('…') with the number in quotes.",
    ),
    Trap(
        re.compile(r"#((?:else|end)[A-Z0-9][A-Za-z0-9_]*)"),
        "'#{}' is no directive: the word goes on.",
        "Write #{else} or #{end} when a word follows.",
    ),
    Trap(
        re.compile(r"#set[ \t]+(\$!?\{?\w*)"),
        "'#set' needs parentheses; as it stands it is only printed.",
        "Write #set({} = …).",
    ),
    Trap(
        re.compile(r"\.\w+\([ ]*(?!(?:true|false|null|not)\b)([A-Za-z_]\w*)[ ]*[,)]"),
        "'{}' has neither quotes nor a '$': the method is given nothing.",
        "Write '{}' in quotes for a text, or ${} for a value.",
    ),
    Trap(
        re.compile(r"#(?:if|elseif|set)[ ]*\([^\n]*?[=<>+*/][ ]*\$(\d+)"),
        "The '$' before '{}' means nothing here: it is a number.",
        "Leave the '$' out.",
    ),
)


def lints_of_text(text: str) -> Iterator[tuple[int, str, str]]:
    """(offset, message, hint) for every trap in the text."""
    for trap in TRAPS:
        for found in trap.pattern.finditer(text):
            shown = found[1][:60]
            yield (
                found.start(),
                trap.message.replace("{}", shown),
                trap.hint.replace("{}", shown),
            )
    start = text.rfind("#*")
    if start >= 0 and "*#" not in text[start + 2 :]:
        yield start, "This comment is never closed: nothing after it is sent.", "Close it with *#."
