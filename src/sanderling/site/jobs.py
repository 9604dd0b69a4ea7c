"""Commands that start work and show how far it is."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sanderling.site.terminal import ERR, OUT, Home, Json, ready

imports = typer.Typer(help="Bring contacts in.", no_args_is_help=True)
broadcast = typer.Typer(help="Campaigns.", no_args_is_help=True)
export = typer.Typer(help="Data exports.", no_args_is_help=True)


@broadcast.command("start")
def broadcast_start(
    number: Annotated[int, typer.Argument(metavar="ID")], home: Home = None, as_json: Json = False
) -> None:
    """Start a campaign now."""
    ready(home)
    from sanderling.accounts.actors import Actor
    from sanderling.broadcasts import starting
    from sanderling.broadcasts.models import Broadcast
    from sanderling.lib.errors import NotFound

    found = Broadcast.objects.filter(pk=number).first()
    if found is None:
        raise NotFound(f"There is no campaign {number}.")
    starting.start(found, by=Actor.system(found.organisation_id))
    found.refresh_from_db()
    answer = {"id": number, "status": found.status}
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        OUT.print(f"{found.name}: {found.status}", markup=False)


@export.command("run")
def export_run(
    number: Annotated[int, typer.Argument(metavar="ID")], home: Home = None, as_json: Json = False
) -> None:
    """Run a data export now, in this process."""
    ready(home)
    from sanderling.exports import running
    from sanderling.exports.models import Export
    from sanderling.lib.errors import NotFound

    found = Export.objects.filter(pk=number).first()
    if found is None:
        raise NotFound(f"There is no export {number}.")
    with ERR.status("Exporting…"):
        run = running.run(found, cause="REQUEST")
    rows = [
        {"dataset": d.dataset, "status": d.status, "written": d.rows_written, "error": d.error}
        for d in run.datasets.order_by("pk")
    ]
    if as_json:
        typer.echo(json.dumps({"status": run.status, "datasets": rows}))
    else:
        for row in rows:
            OUT.print(
                f"{row['dataset']:<18} {row['status']:<9} {row['written']:>10} {row['error']}",
                markup=False,
            )
    sys.exit(0 if run.status == "FINISHED" else 1)


@imports.command("contacts")
def import_contacts(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    organisation: Annotated[str, typer.Option(help="The organisation's name.")],
    unique_by: Annotated[
        str, typer.Option(help="EMAIL, PHONE, EMAIL_OR_PHONE, EXTERNAL_ID, ID.")
    ] = "EMAIL",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Import a CSV file; columns are recognised by their headings."""
    ready(home)
    from sanderling.site import importing

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=ERR,
        disable=as_json,
    )
    with bar:
        outcome = importing.import_file(file, organisation, unique_by=unique_by, bar=bar)
    if as_json:
        typer.echo(json.dumps(outcome))
    else:
        OUT.print(
            f"{outcome['added']} added, {outcome['updated']} updated, "
            f"{outcome['unchanged']} unchanged, {outcome['rejected']} rejected."
        )
