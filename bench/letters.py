"""What making one person's mail costs one core: rendered then encoded, and encoded while rendering.

python bench/letters.py [--people 1000]

The message of bench/sending.py, the same in Ukrainian, and one whose links come from data. Both
roads take turns; printed is the median of their turns in CPU time per mail, without a signature.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import figures
import sending

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanderling.site.settings")
os.environ.setdefault("SANDERLING_HOME", "/nonexistent")

import django

from sanderling.channels.email import Composer, Mailbox

ENGLISH = sending.MESSAGE
UKRAINIAN = (
    ENGLISH.replace(sending.PARAGRAPH * 3, "Кулики бігають за хвилею і знаходять, що лишило море.")
    .replace("<p>", "<p style='margin:0 0 12px;font:16px/24px Arial,sans-serif;color:#333333'>")
    .replace("Hello", "Вітаємо")
    .replace("You ordered", "Ви замовили")
)
LINKED = ENGLISH.replace(
    "<td>$!order.get('item')</td>",
    "<td><a href=\"$!order.get('url')\">$!order.get('item')</a></td>",
)
TURNS, EACH = 9, 100


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=1_000)
    people = options.parse_args().people
    django.setup()
    for name, message in (("English", ENGLISH), ("Ukrainian", UKRAINIAN), ("linked", LINKED)):
        compare(name, message, people)


def compare(name: str, message: str, people: int) -> None:
    roads = {road: letters(message, road) for road in ("render", "encode")}
    first = {road: make(0) for road, make in roads.items()}
    turns: dict[str, list[float]] = {road: [] for road in roads}
    for turn in range(TURNS):
        for road, make in roads.items():
            turns[road].append(cost(make, range(turn * EACH, (turn + 1) * EACH), people))
    before, after = (statistics.median(turns[road]) for road in ("render", "encode"))
    print(
        f"{name:10} rendered, then encoded {before:6.1f} us, {len(first['render']):,} bytes   "
        f"encoded ahead {after:6.1f} us, {len(first['encode']):,} bytes"
    )
    figures.tell(name, before / after, "≥ 1", beside=f"{after:.1f} us CPU a mail")


def cost(make: Callable[[int], bytes], numbers: range, people: int) -> float:
    started = time.process_time()
    for number in numbers:
        make(number % people)
    return (time.process_time() - started) / len(numbers) * 1e6


def letters(message: str, road: str) -> Callable[[int], bytes]:
    from sanderling.messages.rendering import Renderer
    from sanderling.sending.letters import links_of, message_id_of
    from sanderling.sending.tokens import Token, sign_link

    links = {"https://shop.example/new": 1, "https://shop.example/sale": 2}
    snapshot = {
        "subject": "News for $!{firstName}", "preheader": "", "html": message, "text": "",
        "language": "uk", "translations": {}, "fields": {}, "links": links,
        "utm_campaign": "", "is_strict": False,
    }  # fmt: skip
    renderer = Renderer(snapshot, number_of=partial(sign_link, 1))
    composer = Composer(Mailbox("news@shop.example", "Shop"), feedback_id="1:1:b:sanderling")
    write = getattr(renderer, road)
    now = datetime.now(UTC)

    def make(number: int) -> bytes:
        links = links_of(Token(1, number, number))
        person, rows = person_of(number), rows_of(number)
        made = write(person, rows, links)
        return composer.compose(
            Mailbox(person["email"]),
            subject=made.subject,
            message_id=message_id_of(number, "shop.example"),
            date=now,
            html=made.html,
            text=made.text,
            unsubscribe=links.unsubscribe,
        )

    return make


def person_of(number: int) -> dict[str, object]:
    return {
        "contact_id": number, "external_id": "", "email": f"person{number}@example.com",
        "phone": "", "first_name": "Olena", "last_name": f"Marsh {number}", "language": "",
        "time_zone": "", "country": "", "region": "", "town": "", "street": "", "postcode": "",
        "contact_key": "", "fields": {},
    }  # fmt: skip


def rows_of(number: int) -> dict[str, object]:
    orders = [
        {
            "number": number * 3 + each,
            "item": f"Boots no {each}",
            "total": f"{each}.95",
            "url": f"https://shop.example/boots/{each}?size=4{number % 9}",
        }
        for each in range(3)
    ]
    return {"orders": orders, "promo_codes": [{"code": f"SAVE-{number}"}]}


if __name__ == "__main__":
    main()
