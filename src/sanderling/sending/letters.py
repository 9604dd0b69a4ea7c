"""From the rows of a batch to finished mails: render, compose, sign.

A ``Post`` is what all mails of a batch have in common, made once; a ``Letter`` is one mail.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from hashlib import blake2b
from typing import Any

from django.conf import settings

from sanderling.channels import email
from sanderling.lib.errors import SanderlingError
from sanderling.messages.models import Content
from sanderling.messages.rendering import Links, Renderer, chosen_language, renderer_of
from sanderling.sending import facts, gateways, tokens
from sanderling.sending.consent import heeds_wishes
from sanderling.sending.models import Gateway
from sanderling.sending.tokens import Purpose, Token
from sanderling.velocity import HOT_AFTER, VelocityError

Row = dict[str, Any]  # of sql/read_batch.sql
Snapshot = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, ready to be handed over."""

    delivery_id: int
    contact_id: int
    recipient: str
    language: str
    subject: str
    message_id: str
    view_url: str
    content: bytes
    warnings: int
    attempts: int
    row: Row
    parts: int = 0  # of an SMS


@dataclass(frozen=True, slots=True)
class Failure:
    """A mail that could not be made; sending it again would not help."""

    row: Row
    reason: str
    description: str
    status: str = "FAILED"


@dataclass(frozen=True)
class Post:
    """What all mails of a batch share."""

    organisation_id: int
    content_id: int
    origin_kind: str
    origin_id: int
    snapshot: Snapshot
    message_id: int | None
    gateway: Gateway

    @classmethod
    def about(
        cls, *, organisation_id: int, content_id: int, origin_kind: str, origin_id: int
    ) -> "Post":
        """Read what a batch is about: one query when the content is known."""
        snapshot, message_id = _content(content_id)
        gateway = cls.gateway_for(organisation_id, snapshot)
        return cls(
            organisation_id, content_id, origin_kind, origin_id, snapshot, message_id, gateway
        )

    @classmethod
    def gateway_for(cls, organisation_id: int, snapshot: Snapshot) -> Gateway:
        """Return by which gateway the messages leave; other channels choose among several."""
        return gateways.gateway_of(organisation_id)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What every activity of these mails says."""
        return facts.of_message(
            self.snapshot,
            organisation_id=self.organisation_id,
            message_id=self.message_id,
            origin_kind=self.origin_kind,
            origin_id=self.origin_id,
        )

    @cached_property
    def sender(self) -> email.Mailbox:
        """Who the mails are from."""
        snapshot = self.snapshot
        return gateways.sender_of(
            self.gateway, name=snapshot["sender_name"], address=snapshot["sender_email"]
        )

    @cached_property
    def composer(self) -> email.Composer:
        """The headers that do not change."""
        reply_to = self.snapshot["reply_to"]
        return email.Composer(
            self.sender,
            reply_to=email.Mailbox(reply_to) if reply_to else None,
            feedback_id=f"{self.origin_id}:{self.organisation_id}:{self.origin_kind}:sanderling",
        )

    @cached_property
    def signer(self) -> email.Signer | None:
        """Who signs the mails."""
        return gateways.signer_of(self.gateway, self.sender.address)

    @cached_property
    def domain(self) -> str:
        """The right half of each Message-ID."""
        return self.sender.address.rpartition("@")[2].encode("idna").decode("ascii")

    @property
    def offers_unsubscribing(self) -> bool:
        """Whether the headers carry the address of one click (RFC 8058)."""
        return heeds_wishes(self.origin_kind)

    def renderer(self, language: str) -> Renderer:
        """Return the compiled content for a reader's language."""
        chosen = chosen_language(self.snapshot, language)
        return renderer_of(self.content_id, chosen, _link_signer(self.organisation_id))


def letters_of(
    post: Post, rows: Sequence[Row], *, data: Mapping[int, Mapping[str, Any]]
) -> Iterator[Letter | Failure]:
    """Yield the mail of each row, or why there is none; ``data`` is by contact id."""
    now, for_many = dt.datetime.now(dt.UTC), len(rows) >= HOT_AFTER
    for row in rows:
        try:
            yield _letter(post, row, data.get(row["contact_id"], {}), now, for_many=for_many)
        except VelocityError as error:
            yield Failure(row, "TEMPLATE", str(error))
        except SanderlingError as error:
            yield Failure(row, "INVALID_MESSAGE", error.message)


def message_id_of(delivery_id: int, domain: str) -> str:
    """Return the Message-ID of a delivery: always the same, so a resent mail can be recognised."""
    digest = blake2b(
        str(delivery_id).encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=6
    )
    return f"<{delivery_id}.{digest.hexdigest()}@{domain}>"


def links_of(token: Token) -> Links:
    """Return the tracked addresses of a delivery."""
    body, base = tokens.body_of(token), _base()
    return Links(
        click=f"{base}/t/c/{tokens.signed(body, Purpose.CLICK)}",
        open=f"{base}/t/o/{tokens.signed(body, Purpose.OPEN)}",
        unsubscribe=f"{base}/u/{tokens.signed(body, Purpose.UNSUBSCRIBE)}",
        view=f"{base}/v/{tokens.signed(body, Purpose.VIEW)}",
        sign=_address_signer(token.organisation_id),
    )


def _letter(
    post: Post, row: Row, data: Mapping[str, Any], now: dt.datetime, *, for_many: bool
) -> Letter:
    token = Token(post.organisation_id, row["contact_id"], row["id"])
    links = links_of(token)
    renderer = post.renderer(row["delivery_language"] or row["language"])
    rendered = renderer.letter(row, data, links, for_many=for_many)
    message_id = message_id_of(row["id"], post.domain)
    content = post.composer.compose(
        email.Mailbox(row["address"]),
        subject=rendered.subject,
        message_id=message_id,
        date=now,
        html=rendered.html,
        text=rendered.text,
        unsubscribe=links.unsubscribe if post.offers_unsubscribing else "",
    )
    return Letter(
        delivery_id=row["id"],
        contact_id=row["contact_id"],
        recipient=row["address"],
        language=renderer.language,
        subject=rendered.subject,
        message_id=message_id,
        view_url=links.view,
        content=post.signer.sign(content) if post.signer else content,
        warnings=len(rendered.warnings),
        attempts=row["attempts"],
        row=row,
    )


@lru_cache(maxsize=256)
def _content(content_id: int) -> tuple[Snapshot, int | None]:
    snapshot, message_id = Content.objects.values_list("snapshot", "message_id").get(pk=content_id)
    return snapshot, message_id


@lru_cache(maxsize=256)
def _link_signer(organisation_id: int) -> partial[str]:
    # Cached for its identity: it is part of the key under which a compiled content is kept.
    return partial(tokens.sign_link, organisation_id)


@lru_cache(maxsize=256)
def _address_signer(organisation_id: int) -> partial[str]:
    # For its identity too: signed addresses are kept by who signed them.
    return partial(tokens.sign_address, organisation_id)


def _base() -> str:
    return str(settings.BASE_URL)
