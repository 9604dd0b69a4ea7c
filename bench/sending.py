"""Send 50,000 personalised 20 kB messages: one worker of ours against a bare pipelining client.

python bench/sending.py [--people 50000] [--repeats 2]

Ours reads the ledger and two sources in a shop's database, renders, composes, hands over and
writes down what happened; the bare client pushes the same number of ready-made messages of the
same size into the same kind of sink (bench/smtp_sink.py).  Prints messages a second, their
ratio, queries per 1,000 recipients on both databases, and the peak memory of our worker.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import figures
import psycopg

from sanderling.postgres import embedded

HERE = Path(__file__).resolve().parent
PARAGRAPH = "Waders run along the edge of every wave and find what the sea has left behind. "
MESSAGE = """<html><body>
<h1>Hello, $!{firstName}</h1>
<p>You ordered $!data.get('orders').size() times. Your code:
<b>$!data.get('promo_codes').get(0).get('code')</b></p>
<table><!--#foreach($order in $!data.get('orders'))--><tr><td>$!order.get('number')</td>
<td>$!order.get('item')</td><td>$!order.get('total')</td></tr><!--#end--></table>
BODY
<p><a href="https://shop.example/new">New</a> <a href="https://shop.example/sale">Sale</a>
<a href="$!unsubscribeUrl">Unsubscribe</a></p></body></html>
""".replace("BODY", "".join(f"<p>{PARAGRAPH * 3} $!{{lastName}}</p>\n" for _ in range(72)))
SHOP = """
CREATE TABLE promo_codes (id int PRIMARY KEY, email text, code text);
INSERT INTO promo_codes SELECT n, 'person' || n || '@example.com', 'SAVE-' || n
  FROM generate_series(1, {people}) n;
CREATE INDEX ON promo_codes (email);
CREATE TABLE orders (number int PRIMARY KEY, email text, item text, total numeric, at date);
INSERT INTO orders SELECT n, 'person' || (n %% {people} + 1) || '@example.com', 'Boots no ' || n,
       n %% 90 + 0.95, date '2026-01-01' + n %% 300 FROM generate_series(1, {people} * 3) n;
CREATE INDEX ON orders (email);
ANALYZE;
""".replace("%%", "%")
CONTACTS = """
INSERT INTO contacts_contact
       (organisation_id, external_id, email, phone, email_status, first_name, last_name, language,
        time_zone, country, region, town, address, postcode, contact_key, source, fields)
SELECT {organisation}, '', 'person' || n || '@example.com', '', 'CONFIRMED', 'Olena', 'Marsh ' || n,
       '', '', '', '', '', '', '', '', 'IMPORT', '{{}}'
  FROM generate_series(1, {people}) n;
"""
PREPARE = """
import sys, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.db import connection
from sanderling.accounts import organising
from sanderling.accounts.actors import Actor
from sanderling.connectors import saving
from sanderling.connectors.drafts import Draft
from sanderling.sources import saving as sources
port, contacts, people = int(sys.argv[1]), sys.argv[2], sys.argv[3]
here = organising.create_organisation("Bench")
by = Actor.system(here.pk)
with connection.cursor() as cursor:
    cursor.execute(contacts.format(organisation=here.pk, people=people))
    cursor.execute("ANALYZE")
draft = Draft(name="Shop", host="127.0.0.1", port=port, database="shop", username="keeper",
              password="keeper", key_column="email")
door = saving.save(here.pk, draft, by=by)
for table in ("promo_codes", "orders"):
    sources.create(here.pk, door.pk, schema="public", table=table, name=table, by=by)
"""
SEND = """
import json, resource, sys, time, django
django.setup()
from django.db import connection, transaction
from sanderling.accounts.models import Organisation
from sanderling.messages.freezing import freeze_parts
from sanderling.postgres import copying
from sanderling.sending import dispatching, gateways, queueing
from sanderling.sending.models import Delivery, Gateway
from sanderling.sending.queueing import Origin, People
import psycopg
port, origin, message = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
here = Organisation.objects.get()
Gateway.objects.update_or_create(
    organisation=here, defaults={"host": "127.0.0.1", "port": port, "tls": "NONE"})
content = freeze_parts(here.pk, columns={
    "name": "Bench", "subject": "News for $!{firstName}", "html": message,
    "sender_name": "Shop", "sender_email": "news@shop.example"})
people = People("SELECT id FROM contacts_contact WHERE organisation_id = %(o)s", {"o": here.pk})
started = time.perf_counter()
with transaction.atomic():
    queueing.enqueue_audience(content, people, origin=Origin("BROADCAST", origin))
freezing = time.perf_counter() - started
with connection.cursor() as cursor:
    cursor.execute("VACUUM ANALYZE sending_delivery")

sizes = []
def weighed(post, letters, _plain=dispatching.hand_over):
    sizes.extend(len(letter.content) for letter in letters[:1])
    return _plain(post, letters)
dispatching.hand_over = weighed

asked = 0
def count(execute, sql, params, many, context):
    global asked
    asked += 1
    return execute(sql, params, many, context)

for name in ("copy", "execute"):
    def counted(self, *args, _plain=getattr(psycopg.Cursor, name), _name=name, **kwargs):
        global theirs
        theirs += _name == "copy" or self.connection is not connection.connection
        return _plain(self, *args, **kwargs)
    setattr(psycopg.Cursor, name, counted)
theirs = 0
profile = None
if len(sys.argv) > 4:
    import cProfile
    profile = cProfile.Profile(); profile.enable()
used = time.process_time()
started = time.perf_counter()
with connection.execute_wrapper(count):
    while dispatching.dispatch_once():
        pass
seconds = time.perf_counter() - started
used = time.process_time() - used
if profile:
    profile.disable(); profile.dump_stats(sys.argv[4])
gateways.close_pools()
sent = Delivery.objects.filter(origin_id=origin, status="SENT").count()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"seconds": seconds, "cpu": used, "sent": sent, "ours": asked, "theirs": theirs,
                  "peak": peak, "freezing": freezing,
                  "size": sum(sizes) / len(sizes)}))
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=50_000)
    options.add_argument("--repeats", type=int, default=2)
    options.add_argument("--profile", default="")
    chosen = options.parse_args()
    home = Path(tempfile.mkdtemp(prefix="sanderling-bench-"))
    home.chmod(0o755)
    own, shop, port = start(home)
    try:
        prepare(home, shop, port, chosen.people)
        rounds = [one_round(home, chosen, number) for number in range(1, chosen.repeats + 1)]
    finally:
        own.stop()
        shop.stop()
        shutil.rmtree(home, ignore_errors=True)
    report(rounds, chosen.people)


def start(home: Path) -> tuple[embedded.Server, embedded.Server, int]:
    (home / "shop").mkdir(mode=0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return embedded.start(home), embedded.start(home / "shop", tcp_port=port), port


def prepare(home: Path, shop: embedded.Server, port: int, people: int) -> None:
    with psycopg.connect(shop.admin_dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE keeper LOGIN SUPERUSER PASSWORD 'keeper'")
        connection.execute("CREATE DATABASE shop OWNER keeper")
    dsn = f"host=127.0.0.1 port={port} dbname=shop user=keeper password=keeper"
    with psycopg.connect(dsn, autocommit=True) as connection:
        psycopg.ClientCursor(connection).execute(SHOP.format(people=people))
    run(home, PREPARE, str(port), CONTACTS, str(people))


def one_round(home: Path, chosen: argparse.Namespace, number: int) -> dict[str, float]:
    profile = [chosen.profile] if chosen.profile else []
    with_sink(lambda port: None)  # the first start of a sink reads its modules from disk
    ours: dict[str, float] = {}

    def send(port: int) -> None:
        ours.update(run(home, SEND, str(port), str(number), MESSAGE, *profile))

    with_sink(send)
    size = int(ours["size"])
    bare = with_sink(lambda port: bare_client(port, chosen.people, size))
    assert ours["sent"] == chosen.people, ours
    return {**ours, "bare": bare}


def with_sink(use: Callable[[int], None]) -> float:
    """Run something against a fresh sink; return how long it took."""
    sink = subprocess.Popen(
        [sys.executable, HERE / "smtp_sink.py"], stdout=subprocess.PIPE, text=True
    )
    try:
        port = int(sink.stdout.readline())
        started = time.perf_counter()
        use(port)
        seconds = time.perf_counter() - started
    finally:
        sink.terminate()
        sink.wait()
    return seconds


def bare_client(port: int, count: int, size: int) -> None:
    subprocess.run([sys.executable, "-c", BARE, str(port), str(count), str(size)], check=True)


BARE = """
import selectors, socket, sys
port, count, size = map(int, sys.argv[1:])
body = b"Subject: measure\\r\\n\\r\\n" + (b"x" * 74 + b"\\r\\n") * (size // 76)
envelope = b"MAIL FROM:<a@shop.example>\\r\\nRCPT TO:<p@example.com>\\r\\nDATA\\r\\n"
both = body + b".\\r\\n" + envelope

# The measured prototype: body, dot and the next envelope in one write, one round trip a message.
class Line:
    def __init__(self, messages):
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.file = self.sock.makefile("rb")
        self.file.readline()
        self.sock.sendall(b"EHLO x\\r\\n")
        while self.file.readline()[3:4] == b"-":
            pass
        self.left = messages
        self.sock.sendall(envelope)

    def begin(self):
        for _ in range(3):
            code = self.file.readline()
        assert code.startswith(b"354"), code
        self.sock.sendall(both if self.left > 1 else body + b".\\r\\n")

    def turn(self):
        assert self.file.readline().startswith(b"250")
        self.left -= 1
        if self.left:
            self.begin()
        return self.left

lines = [Line(count // 8 + (n < count % 8)) for n in range(8)]
selector = selectors.DefaultSelector()
for line in lines:
    line.begin()
    selector.register(line.sock, selectors.EVENT_READ, line)
while selector.get_map():
    for key, _ in selector.select():
        if not key.data.turn():
            selector.unregister(key.data.sock)
            key.data.sock.close()
"""


def run(home: Path, script: str, *words: str) -> dict[str, float]:
    environment = {
        **os.environ,
        "SANDERLING_HOME": str(home),
        "SANDERLING_LOG_LEVEL": "WARNING",
        "SANDERLING_URL": "https://mail.shop.example",
        "SANDERLING_ALLOWED_PRIVATE_HOSTS": "127.0.0.1/32",
        "DJANGO_SETTINGS_MODULE": "sanderling.site.settings",
    }
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", script, *words], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert done.returncode == 0, "the worker failed; its words are above"
    return json.loads(done.stdout or "{}")


def report(rounds: list[dict[str, float]], people: int) -> None:
    for one in rounds:
        ours, bare = people / one["seconds"], people / one["bare"]
        queries = (one["ours"] + one["theirs"]) * 1000 / people
        print(
            f"ours {ours:6,.0f}/s ({one['cpu'] / people * 1e6:.0f} us CPU each)   "
            f"bare client {bare:6,.0f}/s   audience frozen in {one['freezing']:.1f} s"
        )
        figures.tell("messages", ours / bare, "≥ 0.3", memory=one["peak"], beside=f"{ours:,.0f}/s")
        figures.tell("queries per 1,000 recipients, in twenties", queries / 20, "≤ 1",
                     beside=f"{queries:.1f} queries")  # fmt: skip


if __name__ == "__main__":
    main()
