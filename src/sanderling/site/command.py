"""The ``sanderling`` command line."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.markup import escape

from sanderling.lib.environment import BadSetting, Environment
from sanderling.lib.errors import SanderlingError
from sanderling.site import jobs
from sanderling.site.terminal import ERR, OUT, Home, Json, ready, settle
from sanderling.velocity.command import app as velocity

app = typer.Typer(
    name="sanderling",
    help="Self-hosted customer engagement with your own database inside.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
user = typer.Typer(help="People who sign in.", no_args_is_help=True)
key = typer.Typer(help="Keys of programs.", no_args_is_help=True)
for name, group in {
    "user": user,
    "key": key,
    "import": jobs.imports,
    "broadcast": jobs.broadcast,
    "export": jobs.export,
    "velocity": velocity,
}.items():
    app.add_typer(group, name=name)

Port = Annotated[int, typer.Option(help="Where pages are served.", min=1, max=65535)]
Host = Annotated[str, typer.Option(help="The address to listen on.")]
Place = Annotated[Path, typer.Argument(help="The directory of the backup.")]
Kill = Annotated[
    int,
    typer.Option(help="Kill so many workers while the demo exports, and each server.", min=0),
]


def main() -> None:
    """Run the command; a mistake of the user's ends with a sentence, not with a trace."""
    try:
        app()
    except (SanderlingError, BadSetting) as error:
        _give_up(str(error))
    except psycopg.OperationalError as error:  # outside of Django
        _give_up(f"The database does not answer: {error}")
    except Exception as error:
        # Django's errors cannot be imported here: `--help` must not wait for Django.
        if not isinstance(error.__cause__, psycopg.OperationalError):
            raise
        _give_up(f"The database does not answer: {error}")


def _give_up(sentence: str) -> None:
    ERR.print(f"[bold red]✗[/] {escape(sentence.strip())}")
    sys.exit(1)


@app.command()
def up(
    home: Home = None,
    port: Port = 8000,
    host: Host = "127.0.0.1",
    workers: Annotated[int, typer.Option(help="How many worker processes.", min=0, max=64)] = 1,
    demo: Annotated[bool, typer.Option(help="Create the demo organisation once.")] = True,
    stop_after_demo: Annotated[
        bool, typer.Option("--stop-after-demo", help="Stop when its figures are verified.")
    ] = False,
    kill: Kill = 0,
) -> None:
    """Start everything on this machine: database, pages, worker, and the demo at first."""
    settle(home)
    from sanderling.site import serving
    from sanderling.site import up as everything

    if not Environment().text("SANDERLING_URL"):
        os.environ["SANDERLING_URL"] = serving.address_of(host, port)

    status = everything.run(
        host=host,
        port=port,
        workers=workers,
        demo=demo,
        stop_after_demo=stop_after_demo,
        deaths=kill,
    )
    sys.exit(status)


@app.command()
def web(
    home: Home = None,
    port: Port = 8000,
    host: Host = "127.0.0.1",
    processes: Annotated[int, typer.Option(help="Web processes.", min=1, max=256)] = 2,
    threads: Annotated[int, typer.Option(help="Threads in each.", min=1, max=256)] = 8,
) -> None:
    """Serve pages and API."""
    settle(home)
    from sanderling.site import serving

    serving.serve(host=host, port=port, processes=processes, threads=threads)


@app.command()
def worker(home: Home = None) -> None:
    """Work through imports, campaigns, workflows and exports until stopped."""
    ready(home)
    from sanderling.site import migrating
    from sanderling.worker import running

    migrating.require()
    running.run()


@app.command()
def demo(home: Home = None, kill: Kill = 0) -> None:
    """Tell the demonstration against the running product, and verify its figures."""
    ready(home)
    from sanderling.site import starting
    from sanderling.site.demonstration import telling

    sys.exit(0 if telling.tell(starting.home(), out=OUT, deaths=kill) else 1)


@app.command()
def migrate(home: Home = None) -> None:
    """Bring the database's tables up to this version."""
    ready(home)
    from sanderling.site import migrating

    with OUT.status("Migrating the database…"):
        count = migrating.migrate()
    OUT.print(f"{count} migrations applied." if count else "The database is up to date.")


@app.command()
def backup(place: Place, home: Home = None) -> None:
    """Write everything into a new directory: the database, and the keys of the home."""
    ready(home)
    from sanderling.site import backing_up

    elsewhere = backing_up.back_up(place)
    OUT.print(f"Everything is in {place}; whoever has it can read all of it.", markup=False)
    for setting in elsewhere:
        OUT.print(f"{setting} is set by you: keep it, too.", markup=False)


@app.command()
def restore(place: Place, home: Home = None) -> None:
    """Make a new home from a backup, and bring its tables up to this version."""
    settle(home)
    from sanderling.site import backing_up, migrating

    own = Environment().path("SANDERLING_HOME", Path.cwd() / "var")
    backing_up.bring_keys(place, own)
    ready(home)
    backing_up.restore(place)
    migrating.migrate()
    OUT.print(f"Restored into {own}.", markup=False)


@app.command()
def doctor(home: Home = None, as_json: Json = False) -> None:
    """Say what is wrong with this set-up, and how to mend it."""
    settle(home)
    from sanderling.site import doctor as examining

    findings = examining.examine()
    if as_json:
        typer.echo(json.dumps([vars(finding) for finding in findings]))
    else:
        for finding in findings:
            mark = "[green]✓[/]" if finding.is_fine else "[bold red]✗[/]"
            OUT.print(f"{mark} {escape(finding.what)}")
            if not finding.is_fine:
                OUT.print(f"  {escape(finding.remedy)}")
    sys.exit(0 if all(finding.is_fine for finding in findings) else 1)


@user.command("create")
def user_create(
    email: Annotated[str, typer.Argument()],
    organisation: Annotated[str, typer.Option(help="Made when it does not exist.")],
    role: Annotated[str, typer.Option(help="OWNER, MARKETER, ANALYST or VIEWER.")] = "OWNER",
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
            envvar="SANDERLING_USER_PASSWORD",
        ),
    ] = "",
    home: Home = None,
) -> None:
    """Create a person, and the organisation when it is new."""
    ready(home)
    from sanderling.site import people

    people.create_user(email, organisation=organisation, role=role, password=password)
    OUT.print(escape(f"{email} may sign in to {organisation}."))


@key.command("create")
def key_create(
    organisation: Annotated[str, typer.Option(help="The organisation's name.")],
    rights: Annotated[str, typer.Option(help="full, events, events-contacts, …")] = "full",
    description: Annotated[str, typer.Option()] = "made on the command line",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Create an API key and print it, this one time."""
    ready(home)
    from sanderling.site import people

    secret = people.create_key(organisation, rights=rights, description=description)
    typer.echo(json.dumps({"key": secret, "rights": rights}) if as_json else secret)
