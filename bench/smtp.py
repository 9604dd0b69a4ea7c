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
from collections.abc import Callable
from pathlib import Path

from sanderling.channels.email import Envelope, Outgoing, Pool, Security, Server

HERE = Path(__file__).resolve().parent
CONTENT = (b"Subject: measure\r\n\r\n" + (b"x" * 74 + b"\r\n") * 342)[:26_000] + b"\r\n"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=20_000)
    options.add_argument("--connections", type=int, default=8)
    chosen = options.parse_args()
    for name, send in (("bare loop", bare), ("Pool", pool), ("smtplib", stdlib)):
        count = chosen.messages if send is not stdlib else chosen.messages // 5
        rate = measured(send, count, chosen.connections)
        print(f"{name:10} {rate:8.0f} messages/s   (load {os.getloadavg()[0]:.1f})", flush=True)


def measured(send: Callable[[int, int, int], None], count: int, connections: int) -> float:
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


def pool(port: int, count: int, connections: int) -> None:
    server = Server(host="127.0.0.1", port=port, security=Security.NONE, messages_per_connection=0)
    letters = (
        Outgoing(Envelope("s@example.com", f"p{n}@example.com"), CONTENT, n) for n in range(count)
    )
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


if __name__ == "__main__":
    main()
