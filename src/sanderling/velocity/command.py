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
from sanderling.velocity.errors import MethodFailed

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
    values = _object_in(context) if context else {}
    tools = _tools(locale, time_zone)
    options = velocity.Options(strict=strict)
    try:
        template = velocity.compile(_text_of(file), name=file.name, options=options)
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
    known = _text_of(columns).split() if columns else None
    checked = velocity.check(_text_of(file), columns=known, name=file.name)
    for problem in checked.problems:
        place = f"{file.name}:{problem.line}:{problem.column}"
        typer.echo(f"{place}: {problem.severity}: {problem.message} {problem.hint}".rstrip())
    if not checked.can_be_sent:
        raise typer.Exit(1)


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file.name} is not a text in UTF-8.") from None


def _object_in(file: Path) -> dict[str, object]:
    try:
        values = json.loads(_text_of(file))
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"{file.name} is not JSON: {error}.") from None
    if not isinstance(values, dict):
        raise typer.BadParameter(f'{file.name} must hold a JSON object: {{"name": "Dina"}}.')
    return values


def _tools(locale: str, time_zone: str) -> dict[str, object]:
    try:
        return velocity.default_tools(now=datetime.now(UTC), locale=locale, time_zone=time_zone)
    except MethodFailed as error:
        raise typer.BadParameter(f"{error}.") from None
