"""How fast 26 kB messages leave: `Pool` against a bare pipelining loop and smtplib, one sink.

python bench/smtp.py [--messages 20000] [--connections 8]
"""

import argparse
import os
import smtplib
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sanderling.channels.email import (
    Composer,
    Envelope,
    Mailbox,
    Outgoing,
    Pool,
    Security,
    Server,
    Signer,
    encode_static,
    encode_value,
    new_key,
)

Send = Callable[[int, int, int], None]
HERE = Path(__file__).resolve().parent
CONTENT = (b"Subject: measure\r\n\r\n" + (b"x" * 74 + b"\r\n") * 342)[:26_000] + b"\r\n"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=20_000)
    options.add_argument("--connections", type=int, default=8)
    chosen = options.parse_args()
    print(f"{'':24} {'messages/s':>10} {'CPU us each':>12} {'load':>6}")
    for name, send in WAYS.items():
        count = chosen.messages if send in (bare, pool, composing) else chosen.messages // 5
        used = time.process_time()
        rate = measured(send, count, chosen.connections)
        used = (time.process_time() - used) / count * 1e6
        print(f"{name:24} {rate:10.0f} {used:12.0f} {os.getloadavg()[0]:6.1f}", flush=True)


def measured(send: Send, count: int, connections: int) -> float:
    sink = subprocess.Popen(
        [sys.executable, HERE / "smtp_sink.py"], stdout=subprocess.PIPE, text=True
    )
    assert sink.stdout
    try:
        port = int(sink.stdout.readline())
        begun = time.perf_counter()
        send(port, count, connections)
        return count / (time.perf_counter() - begun)
    finally:
        sink.terminate()
        counted = sink.stdout.read()
        sink.wait()
        assert counted.startswith(f"{count} messages"), counted


def composing(port: int, count: int, connections: int, *, signer: Signer | None = None) -> None:
    """Each message composed of 30 pieces and 30 values, and signed where a signer is given."""
    composer = Composer(Mailbox("shop@example.com", "Магазин"))
    statics = [encode_static("<p class='row'>" + "x" * 700 + "</p>\n") for _ in range(30)]
    text = encode_static("Dear Dina, your order is on its way.\n" * 60)
    now = datetime.now(UTC)

    def composed() -> Iterator[Outgoing]:
        for number in range(count):
            value = encode_value(f"Dina {number}")
            content = composer.compose(
                Mailbox(f"p{number}@example.com", "Дина"),
                subject=f"Скидка для вас, {number}",
                message_id=f"d{number}@example.com",
                date=now,
                html=b"".join([part for static in statics for part in (static, value)]),
                text=text,
                unsubscribe=f"https://example.com/u/{number}",
            )
            signed = signer.sign(content) if signer else content
            yield Outgoing(Envelope("s@example.com", f"p{number}@example.com"), signed, number)

    _pour(port, composed(), connections, count)


def pool(port: int, count: int, connections: int) -> None:
    letters = (
        Outgoing(Envelope("s@example.com", f"p{n}@example.com"), CONTENT, n) for n in range(count)
    )
    _pour(port, letters, connections, count)


def _pour(port: int, letters: Iterable[Outgoing], connections: int, count: int) -> None:
    server = Server(host="127.0.0.1", port=port, security=Security.NONE, messages_per_connection=0)
    with Pool(server, connections=connections) as line:
        seen = Counter(receipt.status for _, receipt in line.send_many(letters))
    assert seen == {"ACCEPTED": count}, seen


def bare(port: int, count: int, connections: int) -> None:
    """The least that could send: no errors, no receipts, connections served in turn."""
    socks = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    envelope = b"MAIL FROM:<s@example.com>\r\nRCPT TO:<p@example.com>\r\nDATA\r\n"
    for sock in socks:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.recv(1000)
        sock.sendall(b"EHLO bench\r\n")
        sock.recv(1000)
        sock.sendall(envelope)
    left = count
    while left > 0:
        for sock in socks[:left]:
            _until(sock, b"354")
            sock.sendall(CONTENT + b".\r\n" + envelope)
            left -= 1
    for sock in socks:
        _until(sock, b"354")
        sock.close()


def _until(sock: socket.socket, mark: bytes) -> None:
    heard = b""
    while mark not in heard:
        heard += sock.recv(1000)


def stdlib(port: int, count: int, _: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as line:
        for number in range(count):
            line.sendmail("s@example.com", [f"p{number}@example.com"], CONTENT)


WAYS: dict[str, Send] = {
    "bare loop": bare,
    "Pool": pool,
    "compose, Pool": composing,
    "compose, Ed25519, Pool": partial(
        composing, signer=Signer("example.com", "e", private_key=new_key(ed25519_key=True))
    ),
    "compose, RSA, Pool": partial(
        composing, signer=Signer("example.com", "r", private_key=new_key())
    ),
    "smtplib": stdlib,
}

if __name__ == "__main__":
    main()
