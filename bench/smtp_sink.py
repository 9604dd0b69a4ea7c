"""The tests' SMTP server as a process of its own: `python bench/smtp_sink.py --port 2525`.

Prints its port in the first line, and on SIGINT or SIGTERM how many messages it took.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from smtp_server import SmtpServer


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--no-pipelining", action="store_true")
    options.add_argument("--refuse-at", type=int, default=0, help="550 for the N-th recipient")
    options.add_argument(
        "--greylist-every", type=int, default=0, help="451 for each N-th recipient"
    )
    options.add_argument("--drop-at", type=int, default=0, help="cut after the N-th final dot")
    asyncio.run(_serve(options.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    def answer(stage: str, count: int, _: str) -> str | None:
        if stage == "RCPT" and count == options.refuse_at:
            return "550 5.1.1 no such mailbox"
        if stage == "RCPT" and options.greylist_every and not count % options.greylist_every:
            return "451 4.7.1 greylisted"
        return "drop" if stage == "DOT" and count == options.drop_at else None

    unusual = options.refuse_at or options.greylist_every or options.drop_at
    server = SmtpServer(
        pipelining=not options.no_pipelining, keep=False, answer=answer if unusual else None
    )
    listener = await server.listen(options.port)
    print(server.port, flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    listener.close()
    print(f"{server.accepted} messages over {server.connections} connections", flush=True)


if __name__ == "__main__":
    main()
