"""`sanderling velocity render` and `check`: templates at the command line.

The engine needs nothing of the product, and neither does its command: a file in, a message out.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sanderling import velocity

app = typer.Typer(help="Message templates.", no_args_is_help=True)

Template = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The template.")]


@app.command()
def render(
    file: Template,
    context: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A JSON object.")
    ] = None,
    strict: Annotated[bool, typer.Option(help="Stop at a missing row or a bad sum.")] = False,
    locale: Annotated[str, typer.Option(help="The reader's, as uk_UA.")] = "en_US",
    time_zone: Annotated[str, typer.Option(help="The reader's, as Europe/Kyiv.")] = "UTC",
) -> None:
    """Print the message that the template makes of a context; warnings go to stderr."""
    values = json.loads(context.read_text("utf-8")) if context else {}
    tools = velocity.default_tools(now=datetime.now(UTC), locale=locale, time_zone=time_zone)
    options = velocity.Options(strict=strict)
    try:
        template = velocity.compile(file.read_text("utf-8"), name=file.name, options=options)
        message = template.render(values, tools=tools)
    except velocity.VelocityError as error:
        typer.echo(f"{error}\n  {error.source_line}", err=True)
        raise typer.Exit(1) from None
    typer.echo(message.text, nl=False)
    for warning in message.warnings:
        place = f"{warning.line}:{warning.column}"
        typer.echo(f"{place}: {warning.message} × {warning.count}", err=True)


@app.command()
def check(
    file: Template,
    columns: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Names that exist, one dotted path a line."),
    ] = None,
) -> None:
    """Print every problem of a template; ends with 1 when it cannot be sent."""
    known = columns.read_text("utf-8").split() if columns else None
    checked = velocity.check(file.read_text("utf-8"), columns=known, name=file.name)
    for problem in checked.problems:
        place = f"{file.name}:{problem.line}:{problem.column}"
        typer.echo(f"{place}: {problem.severity}: {problem.message} {problem.hint}".rstrip())
    if not checked.can_be_sent:
        raise typer.Exit(1)
