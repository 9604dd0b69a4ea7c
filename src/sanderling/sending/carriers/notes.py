"""Letters of short messages: rendered, with their links shortened, as the engine's values.

What all channels but e-mail share.  A note's ``content`` is the JSON of what the engine is
given; the capture keeps just that.  ``key`` is the delivery's signed name: always the same, so
that a provider can recognise a message that comes twice and a report can name it.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.conf import settings

from sanderling.lib.errors import SanderlingError
from sanderling.messages.rendering import chosen_language
from sanderling.messages.short import Short, ShortRenderer, short_renderer_of
from sanderling.sending import choosing, tokens
from sanderling.sending.letters import Failure, Letter, Post, Row, Snapshot, links_of
from sanderling.sending.models import Gateway
from sanderling.sending.tokens import Purpose, Token
from sanderling.velocity import VelocityError

Values = dict[str, Any]
Fill = Callable[[Post, Row, Short], Values]


class NotePost(Post):
    """What the short messages of a batch share."""

    @classmethod
    def gateway_for(cls, organisation_id: int, snapshot: Snapshot) -> Gateway:
        """Return the gateway of the message's sender; raises NotNow while nothing may leave."""
        return choosing.ready(organisation_id, snapshot["channel"], snapshot["sender_name"])

    def renderer(self, language: str) -> ShortRenderer:
        """Return the compiled content for a reader's language."""
        return short_renderer_of(self.content_id, chosen_language(self.snapshot, language))


def notes_of(
    fill: Fill,
    post: NotePost,
    rows: Sequence[Row],
    *,
    data: Mapping[int, Mapping[str, Any]],
) -> Iterator[Letter | Failure]:
    """Yield the letter of each row; ``fill`` returns what only this channel's engine is given."""
    for row in rows:
        try:
            yield _note(fill, post, row, data.get(row["contact_id"], {}))
        except VelocityError as error:
            yield Failure(row, "TEMPLATE", str(error))
        except SanderlingError as error:
            yield Failure(row, "INVALID_MESSAGE", error.message)


def key_of(organisation_id: int, row: Row) -> str:
    """Return the name by which a provider and its reports know a delivery."""
    return tokens.sign(Token(organisation_id, row["contact_id"], row["id"]), Purpose.REPORT)


def callback_of(gateway: Gateway, key: str = "") -> str:
    """Return the address to which a gateway's provider sends its reports."""
    address = f"{settings.BASE_URL}/r/{tokens.sign_gateway(gateway.pk)}"
    return f"{address}?key={key}" if key else address


def _note(fill: Fill, post: NotePost, row: Row, data: Mapping[str, Any]) -> Letter:
    token = Token(post.organisation_id, row["contact_id"], row["id"])
    links = links_of(token)
    renderer = post.renderer(row["delivery_language"] or row["language"])
    rendered = renderer.render(row, data, links, shorten=partial(short_link, token))
    key = tokens.sign(token, Purpose.REPORT)
    values = {
        "key": key,
        "to": row["address"],
        "from": post.snapshot["sender_name"],
        "text": rendered.text,
        "callback": callback_of(post.gateway, key),
        **fill(post, row, rendered),
    }
    return Letter(
        delivery_id=row["id"],
        contact_id=row["contact_id"],
        recipient=row["address"],
        language=renderer.language,
        subject=rendered.subject or rendered.text[:100],
        message_id=key,
        view_url="",
        content=json.dumps(values, ensure_ascii=False).encode(),
        warnings=len(rendered.warnings),
        attempts=row["attempts"],
        row=row,
        parts=values.get("parts", 0),
    )


def short_link(token: Token, number: int) -> str:
    """Return the short address of a link for one delivery."""
    return f"{settings.BASE_URL}/l/{tokens.sign_short(token, number)}"
