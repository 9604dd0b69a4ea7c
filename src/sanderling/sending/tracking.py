"""What readers do with a mail: open it, follow a link, unsubscribe, look at it in a browser.

A signed token says whose mail it is; the delivery is read only to write down the fact with all
that the reports and exports want to know of it.
"""

from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from sanderling.accounts.actors import Actor
from sanderling.activities.models import Activity, ActivityStatus
from sanderling.activities.recording import NewActivity, record
from sanderling.channels.reports import Fate
from sanderling.contacts import consent, suppressing
from sanderling.contacts.models import Contact
from sanderling.messages.models import Channel, Content, Link
from sanderling.messages.rendering import Rendered
from sanderling.postgres.statements import Statements, fetch_dicts
from sanderling.sending import facts, feeding, letters, reporting, tokens
from sanderling.sending.addressing import reach_of
from sanderling.sending.carriers import carrier_of
from sanderling.sending.models import Delivery
from sanderling.sending.tokens import BadToken, Purpose, Token

STATEMENTS = Statements(__package__)
ABOUT = ("organisation_id", "content_id", "origin_kind", "origin_id")


def opened(text: str) -> None:
    """Write down that a mail was opened."""
    _record(tokens.read(text, Purpose.OPEN), ActivityStatus.RECEIVED)


def clicked(text: str, link: str, url: str | None = None) -> str:
    """Write down that a link was followed; return the address to go to.

    ``link`` is a signed number, or the signature of an address from data, which is then given
    as ``url``.  Somebody who clicks has opened, whether or not the pixel was let through.
    Raises BadToken for links that no message of the organisation contains.
    """
    token = tokens.read(text, Purpose.CLICK)
    address = _address(token, link, url)
    if not _was_opened(token):
        _record(token, ActivityStatus.RECEIVED)
    _record(token, ActivityStatus.CLICKED, link=address)
    return address


def address_of(text: str, link: str, url: str | None = None) -> str:
    """Return where a link leads without writing anything down."""
    return _address(tokens.read(text, Purpose.CLICK), link, url)


def clicked_short(text: str, *, counts: bool = True) -> str:
    """Write down that a short link was followed; return the address to go to.

    Without ``counts`` nothing is written (a program looks where it leads).
    """
    contact_id, delivery_id, number = tokens.read_short(text)
    row = Delivery.objects.filter(contact_id=contact_id, id=delivery_id).first()
    link = Link.objects.filter(organisation_id=row.organisation_id, pk=number) if row else None
    found = link.first() if link is not None else None
    if row is None or found is None:
        raise BadToken
    if counts:
        token = Token(row.organisation_id, contact_id, delivery_id)
        reporting.settle(token, Fate.CLICKED, at=timezone.now(), link=found.url)
    return found.url


def reader_of(text: str) -> Contact:
    """Return who would be unsubscribed; the page asks before it does."""
    return _contact(tokens.read(text, Purpose.UNSUBSCRIBE))


def unsubscribed(text: str) -> Contact:
    """Unsubscribe the reader of a mail; doing it twice is as good as once."""
    token = tokens.read(text, Purpose.UNSUBSCRIBE)
    contact = _contact(token)
    by = Actor.system(token.organisation_id)
    with transaction.atomic():
        row = _delivery(token)
        written_to = str(row["address"])
        if row["media_type"] != Channel.EMAIL:
            is_new = _suppress(written_to, by, reach_of(row["media_type"]).suppressed_as)
        else:
            is_new = consent.unsubscribe(contact, by=by)
            if written_to.lower() != contact.email.lower():
                # The mail went to an address that the contact has not got any more.
                is_new |= _suppress(written_to, by, suppressing.EMAIL)
        if is_new:
            _record(token, ActivityStatus.UNSUBSCRIBED)
    return contact


def preferences_of(text: str) -> Token:
    """Return whose preferences a link of a mail leads to."""
    return tokens.read(text, Purpose.UNSUBSCRIBE)


def subscription_changed(token: Token, words: str) -> None:
    """Write down that a mail brought its reader to change what they want."""
    _record(token, ActivityStatus.SUBSCRIPTION_CHANGED, description=words)


def web_version(text: str) -> Rendered:
    """Return a mail as its reader sees it, made anew from the frozen content.

    Rows of sources are those of today: a campaign does not keep a copy of everybody's rows.
    """
    token = tokens.read(text, Purpose.VIEW)
    row = _delivery(token)
    post = carrier_of(row["media_type"]).post.about(**{name: row[name] for name in ABOUT})
    given = feeding.data_of(post, [row])[row["contact_id"]]
    renderer = post.renderer(row["delivery_language"] or row["language"])
    # Looking at it in a browser is not opening the mail: the pixel points nowhere.
    links = replace(letters.links_of(token), open="")
    return renderer.render(row, given, links)


def _address(token: Token, link: str, url: str | None) -> str:
    if url is not None:
        tokens.check_address(link, token.organisation_id, url)
        return url
    number = tokens.read_link(link, token.organisation_id)
    found = Link.objects.filter(organisation_id=token.organisation_id, pk=number).first()
    if found is None:
        raise BadToken
    return found.url


def _suppress(address: str, by: Actor, channel: str) -> bool:
    reason = suppressing.Reason.UNSUBSCRIBED
    return bool(suppressing.suppress(by.organisation_id, channel, [address], reason=reason, by=by))


def _contact(token: Token) -> Contact:
    contact = (
        Contact.objects.select_related("organisation")
        .filter(organisation_id=token.organisation_id, pk=token.contact_id, deleted_at=None)
        .first()
    )
    if contact is None:
        raise BadToken
    return contact


def _was_opened(token: Token) -> bool:
    return Activity.objects.filter(
        contact_id=token.contact_id,
        delivery_id=token.delivery_id,
        status=ActivityStatus.RECEIVED,
    ).exists()


def _delivery(token: Token) -> letters.Row:
    rows = fetch_dicts(STATEMENTS["read_delivery"], token._asdict())
    if not rows:
        raise BadToken  # signed by us, but the contact has been erased since
    return rows[0]


def _record(token: Token, status: str, *, link: str = "", description: str = "") -> None:
    row = _delivery(token)
    about = {name: row[name] for name in ABOUT}
    content = Content.objects.get(pk=about.pop("content_id"))
    record(
        [
            NewActivity(
                **facts.of_message(content.snapshot, message_id=content.message_id, **about),
                **facts.of_delivery(row, origin_kind=row["origin_kind"]),
                status=status,
                occurred_at=timezone.now(),
                message_language=row["delivery_language"],
                view_url=letters.links_of(token).view,
                sent_at=row["handed_at"],
                link=link,
                description=description,
            )
        ]
    )
