"""What a message of a 20 kB page costs one core: encode, compose, sign.

python bench/composing.py [PAGE.html]
"""

import sys
import timeit
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from sanderling.channels.email import (
    Composer,
    Mailbox,
    Signer,
    compose,
    encode_static,
    encode_value,
    new_key,
)
from sanderling.channels.email.encoding import encode

NOW = datetime.now(UTC)
ROW = '<tr><td class="item" style="padding:8px">Кружка № {n}</td><td>£{n}.95</td></tr>\n'
ENGLISH = '<tr><td class="item" style="padding:8px">White mug {n}</td><td>{n}.95</td></tr>\n'


def main() -> None:
    page = Path(sys.argv[1]).read_text() if len(sys.argv) > 1 else table(ENGLISH, 20_800)
    few = page[:-20] + "Only £5 – “today”\n"
    text = "Dear Dina, your order is on its way.\n" * 60
    composer = Composer(Mailbox("shop@sandpiper.example", "Магазин"), feedback_id="7:shop")
    pieces = [page[at : at + 700] for at in range(0, len(page), 700)]
    statics = [encode_static(piece) for piece in pieces]
    static_text = encode_static(text)

    def composed(html: str | bytes, plain: str | bytes) -> bytes:
        return composer.compose(
            Mailbox("dina@example.com", "Дина Орлова"),
            subject="Скидка для вас, Дина",
            message_id="d7.1@sandpiper.example",
            date=NOW,
            html=html,
            text=plain,
            unsubscribe="https://sandpiper.example/u/abcdef",
        )

    def joined() -> bytes:
        return b"".join([part for s in statics for part in (s, encode_value("Dina"))])

    message = composed(page, text)
    print(f"page {len(page)} characters, message {len(message)} bytes")
    measure("encode, ASCII (7bit)", lambda: encode(page))
    measure("encode, ASCII, one long line (QP)", lambda: encode(page.replace("\n", " ")))
    measure("encode, some signs beyond ASCII (QP)", lambda: encode(few))
    cyrillic = table(ROW, 20_800)
    measure("encode, Cyrillic table (base64)", lambda: encode(cyrillic))
    measure(f"join {len(statics)} statics and values", joined)
    measure("email.message", lambda: stdlib(page, text))
    measure("compose() once", lambda: compose({"Subject": "Hi"}, html=page, text=text))
    measure("Composer from rendered text", lambda: composed(page, text))
    measure("Composer from pieces", lambda: composed(joined(), static_text))
    for kind in (False, True):
        signer = Signer("sandpiper.example", "s", private_key=new_key(ed25519_key=kind))
        name = "Ed25519" if kind else "RSA-2048"
        measure(f"sign, {name}", lambda signer=signer: signer.sign(message))


def table(row: str, size: int) -> str:
    rows = []
    while sum(map(len, rows)) < size:
        rows.append(row.format(n=len(rows)))
    return "".join(rows)


def stdlib(page: str, text: str) -> bytes:
    message = EmailMessage()
    message["From"] = "Магазин <shop@sandpiper.example>"
    message["To"] = "Дина Орлова <dina@example.com>"
    message["Subject"] = "Скидка для вас, Дина"
    message.set_content(text)
    message.add_alternative(page, subtype="html")
    return message.as_bytes()


def measure(name: str, work: Callable[[], object]) -> None:
    """The best of five: what the work costs when nobody disturbs."""
    timer = timeit.Timer(work)
    count = max(1, timer.autorange()[0] // 4)
    seconds = min(timer.repeat(5, count)) / count
    print(f"{name:40} {seconds * 1e6:8.1f} us {1 / seconds:9.0f}/s", flush=True)


if __name__ == "__main__":
    main()
