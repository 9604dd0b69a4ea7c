"""Act four: people open, click and unsubscribe, through the addresses in their mails.

Who does what follows from the order of the mails, so that every telling gives the same figures.
"""

import email
import email.policy
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import requests

from sanderling.activities.models import Activity
from sanderling.broadcasts.models import Broadcast
from sanderling.contacts.models import Contact
from sanderling.sending.models import Captured, Delivery
from sanderling.site.demonstration.stage import Stage

OPENS, CLICKS, LEAVES = 3, 9, 97  # every third opens, every ninth clicks, every 97th unsubscribes
PARALLEL = 4
PIXEL = re.compile(r'src="([^"]*/t/o/[^"]+)"')
LINK = re.compile(r'href="([^"]*/t/c/[^"]+)"')
LEAVE = re.compile(r'href="([^"]*/u/[^"]+)"')


def react(broadcast: Broadcast) -> tuple[int, int, int]:
    """Open, click and unsubscribe; return how many people did what."""
    pages = dict(enumerate(pages_of(broadcast)))
    openers = [page for number, page in pages.items() if number % OPENS == 0]
    clickers = [page for number, page in pages.items() if number % CLICKS == 0]
    leavers = [page for number, page in pages.items() if number % LEAVES == 0]
    _all(_visit, (_first(PIXEL, page) for page in openers))
    _all(_visit, (_first(LINK, page) for page in clickers))
    _all(_leave, (_first(LEAVE, page) for page in leavers))
    return len(openers), len(clickers), len(leavers)


def pages_of(broadcast: Broadcast) -> list[str]:
    """Return the HTML parts of the campaign's captured mails, in the order of their people."""
    ids = Delivery.objects.filter(
        origin_kind="BROADCAST", origin_id=broadcast.pk, status="SENT"
    ).values_list("id", flat=True)
    mails = Captured.objects.filter(
        organisation_id=broadcast.organisation_id, delivery_id__in=list(ids)
    ).order_by("recipient")
    return [html_of(bytes(mail.raw)) for mail in mails.iterator()]


def html_of(raw: bytes) -> str:
    """Return the decoded HTML part of a mail."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    body = mail.get_body(("html",))
    return str(body.get_content()) if body is not None else ""


def clickers_of(stage: Stage, broadcast: Broadcast) -> list[str]:
    """Return the addresses of those who clicked."""

    ids = Activity.objects.filter(broadcast_id=broadcast.pk, status="CLICKED").values_list(
        "contact_id", flat=True
    )
    found = Contact.objects.filter(organisation_id=stage.number, pk__in=list(ids))
    return list(found.order_by("pk").values_list("email", flat=True))


def _all(act: Callable[[str], None], addresses: Iterable[str]) -> None:
    with ThreadPoolExecutor(PARALLEL) as threads:
        list(threads.map(act, addresses))


def _visit(address: str) -> None:
    """Open an address; where it redirects to does not exist, and need not."""
    requests.get(address, allow_redirects=False, timeout=30).raise_for_status()


def _leave(address: str) -> None:
    """Unsubscribe as a mail program does (RFC 8058)."""
    one_click = {"List-Unsubscribe": "One-Click"}
    requests.post(address, data=one_click, timeout=30).raise_for_status()


def _first(pattern: re.Pattern[str], page: str) -> str:
    found = pattern.search(page)
    if found is None:
        raise LookupError(f"the mail has no {pattern.pattern}")
    return unescape(found.group(1))
