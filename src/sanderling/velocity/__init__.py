"""Velocity 2.x for messages: complete, safe, and compiled.

    template = compile("Hello, $!firstName!", name="welcome")
    template.render({"firstName": "Dina"}).text        # "Hello, Dina!"
    template.reads.roots                               # {"firstName"}

A template sees its context and its tools, nothing else; it cannot change what it is given; and it
can cost no more than its limits. This package imports nothing of the product.
"""

from __future__ import annotations

from collections.abc import Mapping

from .checking import Checked, Problem, Severity, check
from .encoding import encoder
from .errors import BudgetExceeded, ParseError, RenderError, VelocityError
from .escaping import Encoding
from .limits import Limits
from .options import (
    OLD_STYLE,
    Dialect,
    Escaping,
    Gobbling,
    Options,
    Undefined,
    options_from,
)
from .preparing import HOT_AFTER, EncodedTemplate, Rendered, RenderedBytes, Template
from .reading import Reads
from .running import RenderWarning
from .tools import default_tools

__all__ = [
    "HOT_AFTER",
    "OLD_STYLE",
    "BudgetExceeded",
    "Checked",
    "Dialect",
    "EncodedTemplate",
    "Encoding",
    "Escaping",
    "Gobbling",
    "Limits",
    "Options",
    "ParseError",
    "Problem",
    "Reads",
    "RenderError",
    "RenderWarning",
    "Rendered",
    "RenderedBytes",
    "Severity",
    "Template",
    "Undefined",
    "VelocityError",
    "check",
    "compile",
    "default_tools",
    "encoder",
    "options_from",
    "render",
]

_DEFAULT = Options()


def compile(  # noqa: A001
    source: str,
    *,
    name: str = "template",
    options: Options = _DEFAULT,
    snippets: Mapping[str, str] | None = None,
    libraries: Mapping[str, str] | None = None,
) -> Template:
    """A template ready to be rendered for many people.

    `snippets`: name → text, the only things `#parse` and `#include` can reach. `libraries`: name →
    text of templates whose macros this one may call. Raises ParseError with the line of the first
    mistake.
    """
    return Template(
        source, name=name, options=options, snippets=snippets or {}, libraries=libraries or {}
    )


def render(
    source: str,
    context: Mapping[str, object],
    *,
    options: Options = _DEFAULT,
    tools: Mapping[str, object] | None = None,
    snippets: Mapping[str, str] | None = None,
) -> Rendered:
    """One message from one text. Raises ParseError, RenderError, BudgetExceeded."""
    return compile(source, options=options, snippets=snippets).render(context, tools=tools)
