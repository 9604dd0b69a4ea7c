"""Looking one contact up: does it stay flat from 10,000 contacts to a million; what a token adds.

    python bench/api_lookups.py [--sizes 10000 1000000] [--calls 2000] [--plans]

Calls go one after the other through one web process of the product, each for another person, by
key and by OAuth token in turns.  Times are of the whole call, and of the CPU of the web process
(the clock of a busy machine says little).  ``--plans`` prints the plan of every statement.
"""

import argparse
import random
import statistics
import time
from typing import Any

import api_bulk
import figures
import serving

WAYS = {
    "by external id": "/api/v1/contacts?externalCustomerId=C-{n}",
    "by e-mail": "/api/v1/contacts?email=person{n}@example.com",
    "by phone": "/api/v1/contacts?sms={phone}",
    "by id": "/api/v1/contact/{n}",
    "nobody": "/api/v1/contacts?externalCustomerId=X-{n}",
    "by both": "/api/v1/contacts?email=person{n}@example.com&sms={phone}",
    "first page": "/api/v1/contacts?maxrows=50",
    "by first name": "/api/v1/contacts?firstname=Olena&maxrows=50",
}
FLAT_ENOUGH = 1.5  # times the 99th of the smallest size: the clock of a busy machine wanders
FLAT = ("by external id", "by e-mail", "by phone", "by id", "nobody")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--calls", type=int, default=2_000)
    parser.add_argument("--plans", action="store_true")
    options = parser.parse_args()
    found: dict[int, dict[str, list[float]]] = {}
    with serving.house() as house:
        token = _token(house)
        for size in sorted(options.sizes):
            api_bulk.fill(house, size)
            if options.plans:
                _print_plans(house, size)
            with serving.web() as (port, web):
                caller = serving.Caller(port)
                found[size] = {
                    way: _times(caller, house, path, size=size, calls=_calls(way, options))
                    for way, path in WAYS.items()
                }
                by_key, by_token = _compared(caller, house, token, web, options.calls)
    smallest, largest = min(found), max(found)
    print(f"{'ms, 50th and 99th':18}" + "".join(f"{size:>20,}" for size in found))
    for way in WAYS:
        shown = "".join(f"{_shown(times[way]):>20}" for times in found.values())
        flat = _p99(found[largest][way]) / _p99(found[smallest][way])
        print(f"{way:18}{shown}   99th grows {flat:.2f}")
    for way in FLAT:
        grows = _p99(found[largest][way]) / _p99(found[smallest][way])
        beside = f"{statistics.median(found[largest][way]) * 1000:.2f} ms the median call"
        figures.tell(f"contact {way}, 99th", grows, f"≤ {FLAT_ENOUGH}", beside=beside)
    print(f"CPU of a call by key      {by_key * 1000:.3f} ms")
    print(f"CPU of a call by token    {by_token * 1000:.3f} ms")
    figures.tell("ms that a token adds", (by_token - by_key) * 1000, "≤ 1")


def _calls(way: str, options: argparse.Namespace) -> int:
    return options.calls if way in FLAT else max(20, options.calls // 50)


def _times(
    caller: serving.Caller, house: serving.House, path: str, *, size: int, calls: int
) -> list[float]:
    chosen = random.Random(7)  # the same people in every run
    times = []
    for _ in range(calls):
        number = chosen.randint(1, size)
        asked = path.format(n=number, phone=380670000000 + number)
        raw = serving.request(house.key, "GET", asked)
        began = time.perf_counter()
        caller.call(raw)
        times.append(time.perf_counter() - began)
    return times


def _token(house: serving.House) -> str:
    """Return the token of an app that a person of the organisation has let in."""
    import datetime as dt
    import secrets

    from django.db import connection
    from django.utils import timezone

    from sanderling.accounts.models import Membership, User
    from sanderling.oauth.models import AccessToken, Application

    person = User.objects.create(email="olena@example.com")
    Membership.objects.create(organisation_id=house.organisation, user=person, role="owner")
    app = Application.objects.create(
        name="Bench", scopes=["full"], user=person, organisation_id=house.organisation
    )
    token = secrets.token_urlsafe(30)
    AccessToken.objects.create(
        user=person,
        application=app,
        organisation_id=house.organisation,
        token=token,
        expires=timezone.now() + dt.timedelta(days=1),
        scope="UseRestApi",
    )
    connection.close()
    return token


def _compared(
    caller: serving.Caller, house: serving.House, token: str, web: int, calls: int
) -> tuple[float, float]:
    """Return the CPU of a call by key and by token, measured in turns."""
    raws = [
        serving.request(house.key, "GET", "/api/v1/version", bearer=bearer)
        for bearer in ("", token)
    ]
    for raw in raws:
        caller.call(raw)
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(calls // 20):
        for raw, costs in zip(raws, spent, strict=True):
            before = serving.fine_cpu(web)
            for _ in range(10):
                caller.call(raw)
            costs.append((serving.fine_cpu(web) - before) / 10)
    return statistics.median(spent[0]), statistics.median(spent[1])


def _print_plans(house: serving.House, size: int) -> None:
    """Print how every statement of a call is run."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"Authorization": serving.basic(house.key)})
    for way in FLAT:
        path = WAYS[way].format(n=size // 2, phone=380670000000 + size // 2)
        with CaptureQueriesContext(connection) as asked:
            answer: Any = client.get(path, SERVER_NAME="bench")
        print(f"── {way}, {size:,} contacts: {answer.status_code}")
        for query in asked.captured_queries:
            if query["sql"].lstrip().upper().startswith(("SELECT", "WITH", "--")):
                with connection.cursor() as cursor:
                    cursor.execute(
                        "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) "
                        + query["sql"].replace("%", "%%"),
                        {},
                    )
                    plan = [row[0] for row in cursor.fetchall()]
                print("\n".join(line for line in plan if "Scan" in line or "Execution" in line))
    connection.close()


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def _shown(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:.2f}  {_p99(times) * 1000:.2f}"


if __name__ == "__main__":
    main()
