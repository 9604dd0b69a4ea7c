"""What a page view costs, anonymous and known, against the same event by the API, in one run.

    python bench/tracking.py [--hits 2000] [--visitors 2000]

In one process and without a web server: the views are called, the statements go to an embedded
PostgreSQL.  Prints CPU milliseconds and statements per call, the ratio to ``POST /api/v3/event``,
and the bytes that an anonymous visitor with five hits takes.
"""

import argparse
import base64
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import figures

from sanderling.postgres import embedded


def main() -> None:
    options = _options()
    home = Path(tempfile.mkdtemp(prefix="sanderling-bench-"))
    home.chmod(0o755)
    server = embedded.start(home)
    try:
        os.environ["SANDERLING_HOME"] = str(home)
        os.environ["SANDERLING_LOG_LEVEL"] = "ERROR"
        os.environ["SANDERLING_API_LIMITS_FACTOR"] = "100000"
        os.environ.pop("DATABASE_URL", None)
        os.environ["DJANGO_SETTINGS_MODULE"] = "sanderling.site.settings"
        _measure(options)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _measure(options: argparse.Namespace) -> None:
    site, authorization = _settle()
    _, send = _senders(site, authorization)
    known, anonymous = iter(lambda: "k" * 32, None), _cookies(options.visitors)
    send("CustomerData", "k" * 32, externalCustomerId="C-1")
    event, _ = _senders(site, authorization)
    roads: dict[str, Callable[[], None]] = {
        "API event": lambda: event(),
        "page view, known": lambda: send("PageView", next(known)),
        "page view, anonymous": lambda: send("PageView", next(anonymous)),
    }
    spent = {name: _timed(road, options.hits) for name, road in roads.items()}
    for name, (cpu, statements) in spent.items():
        beside = f"{cpu:.2f} ms CPU, {statements} statements"
        figures.tell(name, cpu / spent["API event"][0], beside=beside)
    print(f"an anonymous visitor with 5 hits takes {_bytes(send, options.visitors)} bytes")


def _settle() -> tuple[str, str]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from sanderling.accounts import keys, organising
    from sanderling.accounts.actors import Actor
    from sanderling.contacts import adding
    from sanderling.contacts.people import Person
    from sanderling.websites import registering

    here = organising.create_organisation("Bench")
    by = Actor.system(here.pk)
    adding.upsert(here.pk, Person(external_id="C-1"), by=by)
    registering.add_domain(here.pk, "shop.example", by=by)
    _, secret = keys.create(here.pk, rights="full", description="bench", by=by)
    basic = base64.b64encode(f"x:{secret}".encode()).decode()
    return registering.ensure_site(here.pk).code, f"Basic {basic}"


def _senders(site: str, authorization: str) -> tuple[Callable[..., None], Callable[..., None]]:
    from django.conf import settings
    from django.test import Client

    limits = ("tracker", "tracker people", "event", "other")
    settings.API_LIMITS = dict.fromkeys(limits, 1_000_000)
    client = Client()

    def event() -> None:
        body = {
            "eventTypeKey": "PageView",
            "keyValue": "k",
            "params": {"externalCustomerId": "C-1"},
        }
        answer = client.post(
            "/api/v3/event", json.dumps(body), content_type="application/json",
            headers={"Authorization": authorization},
        )  # fmt: skip
        assert answer.status_code == 200, answer.content

    def send(name: str, cookie: str, **general: str) -> None:
        said = {"siteId": site, "eventName": name, "cookies": {"sc": cookie}, **general}
        said["url"] = "https://shop.example/cups/42?size=2"
        answer = client.post(
            "/api/v2", json.dumps({"GeneralInfo": said}), content_type="text/plain",
            headers={"Origin": "https://shop.example"},
        )  # fmt: skip
        assert answer.status_code == 200, answer.content

    return event, send


def _timed(road: Callable[[], None], times: int) -> tuple[float, int]:
    from django.db import connection

    asked = []

    def counted(execute: Any, *call: Any) -> Any:
        asked.append(call[0])
        return execute(*call)

    with connection.execute_wrapper(counted):
        road()
    started = time.process_time()
    for _ in range(times):
        road()
    return (time.process_time() - started) / times * 1000, len(asked)


def _cookies(visitors: int) -> Iterator[str]:
    number = 0
    while True:
        yield f"{number % visitors:032d}"
        number += 1


def _bytes(send: Callable[..., None], visitors: int) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE websites_hit, websites_visitor")
        for number in range(visitors):
            for _ in range(5):
                send("PageView", f"{number:032d}")
        cursor.execute("VACUUM FULL websites_visitor")
        cursor.execute(
            "SELECT pg_total_relation_size('websites_hit')"
            " + pg_total_relation_size('websites_visitor')"
        )
        return int(cursor.fetchone()[0]) // visitors


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hits", type=int, default=2000)
    parser.add_argument("--visitors", type=int, default=2000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
