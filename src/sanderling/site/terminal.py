"""What all commands have in common: two streams, two options, and a product that is set up."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

# Lines are never broken: a key or a sentence may be read by a program.
OUT = Console(soft_wrap=True, highlight=False)
ERR = Console(soft_wrap=True, highlight=False, stderr=True)
Home = Annotated[
    Path | None,
    typer.Option(help="Where everything is kept.", envvar="SANDERLING_HOME", readable=False),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]


def settle(home: Path | None) -> None:
    """Put the home into the environment, where the settings look for it."""
    if home is not None:
        os.environ["SANDERLING_HOME"] = str(home.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanderling.site.settings")


def ready(home: Path | None) -> None:
    """Have the database running and Django set up."""
    settle(home)
    from sanderling.site import starting

    starting.ready(say=lambda sentence: ERR.print(escape(sentence)))
