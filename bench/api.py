"""Single events over HTTP against the same inserts by pgbench, in one run on one server.

    python bench/api.py [--rounds 3] [--seconds 5] [--connections 32]

One web process of the product takes ``POST /api/v3/event``; every answer comes after its commit,
and after every round the events in the database are as many as the answers.  pgbench inserts the
same row, one per commit, with as many connections and the same durability, in turns with us.
Prints the median round: both rates, their ratio, the time of an answer, the CPU that an event
takes, and the memory of the web process.
"""

import argparse
import base64
import contextlib
import json
import multiprocessing
import os
import re
import select
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sanderling.postgres import embedded

INSERT = """\
INSERT INTO events_event (organisation_id, type_id, contact_id, key_value, params, is_past)
VALUES ({organisation}, {kind}, {contact}, 'C-1', '{params}', false) RETURNING id;
"""
PARAMS = {"externalCustomerId": "C-1", "cartId": "K-17", "totalValue": 37.5}
WARMING = 1.0


def main() -> None:
    options = _options()
    home = Path(tempfile.mkdtemp(prefix="sanderling-bench-"))
    home.chmod(0o755)
    server = embedded.start(home)
    try:
        os.environ["SANDERLING_HOME"] = str(home)
        os.environ["SANDERLING_LOG_LEVEL"] = options.log
        os.environ["SANDERLING_API_LIMITS_FACTOR"] = "1000"
        os.environ.pop("DATABASE_URL", None)
        os.environ["DJANGO_SETTINGS_MODULE"] = "sanderling.site.settings"
        made = _settle()
        with _web(options) as (port, process):
            rounds = [_round(port, process, made, home, options) for _ in range(options.rounds)]
            memory = _memory(process)
        ratios = [rate / raw for rate, raw, _, _ in rounds]
        middle = sorted(rounds, key=lambda one: one[0] / one[1])[len(rounds) // 2]
        rate, raw, spent, times = middle
        print(f"POST /api/v3/event   {rate:8.0f}/s  {options.connections} connections")
        print(f"pgbench, one commit  {raw:8.0f}/s")
        print(f"ratios of the rounds {' '.join(f'{one:.2f}' for one in sorted(ratios))}")
        print(f"ratio                {rate / raw:8.2f}")
        print(f"answer, median       {statistics.median(times) * 1000:8.1f} ms")
        print(f"answer, 99th         {statistics.quantiles(times, n=100)[98] * 1000:8.1f} ms")
        print(f"CPU of the web       {spent * 1000:8.3f} ms an event")
        print(f"memory of the web    {memory:8.0f} MB")
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _round(
    port: int,
    process: subprocess.Popen[bytes],
    made: dict[str, str],
    home: Path,
    options: argparse.Namespace,
) -> tuple[float, float, float, list[float]]:
    """Return our rate, pgbench's, CPU seconds an event, and times; all answered are there."""
    before, stored = _cpu(process), _count()
    answered, rate, times = _load(port, made["key"], options)
    spent = (_cpu(process) - before) / answered
    assert _count() - stored == answered, "an event was answered and is not there, or is twice"
    return rate, _pgbench(made, home, options), spent, times


def _count() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_event")
        return int(cursor.fetchone()[0])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--log", default="WARNING", help="INFO: with a line of log a request.")
    return parser.parse_args()


def _settle() -> dict[str, str]:
    """Make an organisation with a key, a contact and an event type."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from sanderling.accounts import keys, organising
    from sanderling.accounts.actors import Actor
    from sanderling.contacts import adding
    from sanderling.contacts.people import Person
    from sanderling.events.models import EventType

    ours = organising.create_organisation("Bench")
    system = Actor.system(ours.pk)
    _, secret = keys.create(ours.pk, rights="full", description="bench", by=system)
    contact = adding.upsert(ours.pk, Person(external_id="C-1"), by=system).contact_id
    kind = EventType.objects.create(organisation=ours, key="AbandonedCart")
    from django.db import connection

    connection.close()
    return {
        "key": secret, "organisation": str(ours.pk), "contact": str(contact), "kind": str(kind.pk),
    }  # fmt: skip


@contextlib.contextmanager
def _web(options: argparse.Namespace) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve as the product does, by one process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "sanderling", "web", "--port", str(port), "--processes", "1",
         "--threads", str(options.threads)],
    )  # fmt: skip
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port, process
    finally:
        process.terminate()
        process.wait()


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
    body = json.dumps({"eventTypeKey": "AbandonedCart", "params": PARAMS}).encode()
    credentials = base64.b64encode(f"x:{key}".encode()).decode()
    request = (
        f"POST /api/v3/event HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {credentials}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
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


def _pgbench(made: dict[str, str], home: Path, options: argparse.Namespace) -> float:
    from django.db import connection

    values = {**made, "params": json.dumps(PARAMS)}
    script = home / "insert.sql"
    script.write_text(INSERT.format(**values))
    info = connection.get_connection_params()
    done = subprocess.run(
        ["pgbench", "-n", "-M", "prepared", "-f", str(script), "-T", str(int(options.seconds)),
         "-c", str(options.connections), "-j", "2", "-h", str(info["host"]),
         "-p", str(info.get("port") or 5432), "-U", str(info["user"]), str(info["dbname"])],
        capture_output=True, text=True, check=True,
        env={**os.environ, "PGPASSWORD": str(info.get("password") or "")},
    )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found, done.stdout
    return float(found.group(1))


def _cpu(process: subprocess.Popen[bytes]) -> float:
    """Return the seconds of CPU that the web's one worker has used."""
    fields = (_worker(process) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(process: subprocess.Popen[bytes]) -> float:
    """Return the memory of the web's one worker in MB."""
    pages = (_worker(process) / "statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _worker(process: subprocess.Popen[bytes]) -> Path:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return Path(f"/proc/{children[0]}")


if __name__ == "__main__":
    main()
