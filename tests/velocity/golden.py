"""The engine as the golden files call it: properties, snippets and tools in, text or an error out.

Both functions run the strict mode of the original, where a failed method ends the rendering.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

import sanderling.velocity as velocity
from sanderling.velocity.preparing import Template

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


@lru_cache(maxsize=1)
def tools_of_the_oracle() -> dict[str, object]:
    return velocity.default_tools(now=NOW, locale="en_US", time_zone="UTC")


def prepared(template: str, props: dict, includes: dict) -> Template:
    options = replace(velocity.options_from(props), strict=True)
    names = props.get("velocimacro.library.path", [])
    libraries = {name: includes[name] for name in names if name in includes}
    return velocity.compile(
        template, name="main.vm", options=options, snippets=includes, libraries=libraries
    )


def render(template, context, props, includes, tools) -> str:
    made = prepared(template, props, includes)
    return made.render_compiled(context, tools=tools_of_the_oracle() if tools else None).text


def render_closures(template, context, props, includes, tools) -> str:
    made = prepared(template, props, includes)
    return made.render_by_closures(context, tools=tools_of_the_oracle() if tools else None).text
