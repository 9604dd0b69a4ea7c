"""The demonstration, act by act, against the running product.

Every act looks whether it was played before, so a telling that was interrupted goes on at its next
start.  Figures are counted from what was done and verified in the shop's database at the end.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from sanderling.accounts import auditing
from sanderling.segments import counting
from sanderling.site.demonstration import (
    announcing,
    arriving,
    birthdays,
    calling,
    campaigning,
    dying,
    exporting,
    figures,
    reacting,
    segmenting,
    shop,
    verifying,
)
from sanderling.site.demonstration.figures import Deeds
from sanderling.site.demonstration.stage import Stage


def tell(home: Path, *, out: Console, deaths: int = 0) -> bool:
    """Play every act; return whether all figures of the report are right.

    With ``deaths`` the export is killed so often in an encore, and both sides are compared.
    """
    opened = shop.start(home / shop.FOLDER, say=out.print)
    try:
        organisation, by = arriving.open_organisation(announcing.password(home))
        stage = Stage(organisation, by, opened, settings.BASE_URL)
        deeds = Deeds()
        _read(stage, deeds, out)
        _write(stage, deeds, out)
        with _act(out, "Exporting nine datasets into the shop's database"):
            exporting.export(stage)
        with _act(out, "Making the ready-made analysis of them"):
            exporting.analyse(stage)
        checked = verifying.check(stage, figures.of(deeds))
        if deaths:
            with _act(out, f"Killing {deaths} workers and both servers in the middle of exports"):
                checked += dying.die(stage, deaths, out)
        right = verifying.show(checked, out)
        auditing.record(by, "demonstration.told", organisation.pk, right=right)
    finally:
        opened.server.stop()
    return right


def _read(stage: Stage, deeds: Deeds, out: Console) -> None:
    """The shop's database flows in: connector, sources, contacts, segments."""
    with _act(out, "Connecting the shop's database"):
        out.print(f"    {arriving.connect(stage)}")
        arriving.add_sources(stage)
    columns = TextColumn("    {task.description}"), BarColumn()
    with _act(out, "Importing its customers as contacts"), Progress(*columns, console=out) as bar:
        deeds.imported = arriving.import_customers(stage, bar=bar)["added"]
    with _act(out, "Building segments over its tables"):
        segmenting.build(stage)
        for name, segment in stage.segments.items():
            deeds.segments[name] = counting.recount(segment)
            out.print(f"    {name}: {deeds.segments[name]}")


def _write(stage: Stage, deeds: Deeds, out: Console) -> None:
    """People are written to, and do something about it."""
    with _act(out, "Sending a campaign with order history and promo code"):
        broadcast = campaigning.send(stage)
        deeds.sent = deeds.segments[segmenting.SPENT]
    with _act(out, "Opening, clicking and unsubscribing through the tracked addresses"):
        deeds.opened, deeds.clicked, deeds.unsubscribed = reacting.react(broadcast)
    with _act(out, "Reporting orders, events and devices through the API"):
        _report(stage, deeds, reacting.clickers_of(stage, broadcast))
    with _act(out, "Running the birthday workflow"):
        deeds.greeted = birthdays.greet(stage)


def _report(stage: Stage, deeds: Deeds, addresses: list[str]) -> None:
    programs = calling.Programs(stage)
    orders = programs.order_again(addresses)
    deeds.ordered = len(orders)
    deeds.lines = sum(len(order["items"]) for order in orders)
    deeds.turnover = sum((order["totalCost"] for order in orders), start=deeds.turnover)
    deeds.viewed = programs.view_products(addresses)
    deeds.installed = programs.install_app(addresses)


@contextlib.contextmanager
def _act(out: Console, title: str) -> Iterator[None]:
    """Announce an act before it, and that it is over after it."""
    out.print(f"[bold]•[/] {title}…")
    yield
