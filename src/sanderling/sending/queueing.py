"""The way into the ledger: an audience becomes deliveries, a trigger becomes one.

Whatever is queued is claimed by (contact, origin, step): asking twice gives one delivery.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from django.db import transaction
from psycopg import sql
from psycopg.types.json import Jsonb

from sanderling.messages.models import Content
from sanderling.postgres.statements import Statements, execute
from sanderling.postgres.waking import wake
from sanderling.sending.addressing import reach_of
from sanderling.sending.consent import heeds_wishes
from sanderling.sending.models import Batch, DeliveryStatus

STATEMENTS = Statements(__package__)
# What is asked once a batch (lease, people, each source) is shared by so many; with twice as
# many the rows of two sources would need 40 MB more (docs/design/sending.md, "Why batches").
BATCH_SIZE = 3_000
GATHER = sql.SQL(
    "CREATE TEMPORARY TABLE sending_people ON COMMIT DROP AS"
    " SELECT p.id AS contact_id FROM ({}) AS p (id)"
)


class People(NamedTuple):
    """A SELECT of contact ids, as ``segments.freezing.people_sql`` makes it."""

    sql: str
    params: Mapping[str, Any]


class Origin(NamedTuple):
    """What asks for it: an ``OriginKind``, and the id of the broadcast, workflow or message."""

    kind: str
    id: int


class Audience(NamedTuple):
    """How many were queued, and how many left out by reason."""

    queued: int
    excluded: dict[str, int]


@dataclass(frozen=True)
class Pace:
    """At most ``most`` messages in a unit of so many seconds."""

    most: int
    seconds: int

    @property
    def batches(self) -> int:
        """How many batches make a turn."""
        return -(-self.most // BATCH_SIZE)


LONGEST_REQUEST = 90  # of a step, so that a mark has its place
NO_PACE = Pace(BATCH_SIZE, 0)


@dataclass(frozen=True)
class NewDelivery:
    """One message wanted for one contact.

    ``step`` makes it unique within its origin: ``step_of(run, block)`` in a workflow,
    ``step_of_request`` in the API.  An empty address or language means the contact's own.
    ``params`` is what the template sees as ``data``.
    """

    contact_id: int
    step: str
    params: Mapping[str, Any] | None = None
    address: str = ""
    language: str = ""
    request_id: uuid.UUID | None = None
    event_id: int | None = None


@dataclass(frozen=True)
class Queued:
    """The delivery that stands for a wish: its own, or the one an earlier attempt made."""

    delivery_id: int
    status: str
    reason: str
    request_id: uuid.UUID | None
    is_new: bool


def step_of(run_id: int, block: str) -> str:
    """Return the step of a workflow's run; activities read the run and the block from it."""
    return f"{run_id}/{block}"


def step_of_request(request_id: uuid.UUID, external_id: str = "") -> str:
    """Return the step of a program's request; activities read the program's own id from it.

    What may follow a step begins with ``~`` (a fallback, a joined contact), so none is within.
    """
    written = external_id.replace("%", "%25").replace("~", "%7E")
    return f"{request_id.hex}/{written}"[:LONGEST_REQUEST] if written else str(request_id)


def external_id_in(step: str) -> str:
    """Return the id that the program gave its request, if it gave one."""
    _, _, written = step.partition("~")[0].partition("/")
    return written.replace("%7E", "~").replace("%25", "%")


def enqueue_audience(
    content: Content,
    people: People,
    *,
    origin: Origin,
    due_at: dt.datetime | None = None,
    pace: Pace = NO_PACE,
) -> Audience:
    """Turn people into deliveries in batches; the transaction is the caller's.

    With a pace the batches come in turns, a unit after one another (``postpone_turns``).
    Queued again under the same origin, nobody is added twice.
    """
    assert transaction.get_connection().in_atomic_block, "an audience is frozen as a whole"
    params = _common(content, origin) | {
        "due_at": due_at,
        "batch_size": pace.most // pace.batches,
        "batches_a_turn": pace.batches,
        "turn_seconds": pace.seconds,
    }
    execute(GATHER.format(sql.SQL(cast("Any", people.sql))), people.params)
    STATEMENTS.run("choose_audience", params)
    STATEMENTS.run("insert_audience", params)
    counts: dict[str, int] = dict(STATEMENTS.rows("count_audience"))
    execute("DROP TABLE sending_people, sending_audience, sending_numbers")
    wake("sending")
    return Audience(counts.pop("", 0), counts)


def enqueue_one(content: Content, wish: NewDelivery, *, origin: Origin) -> Queued:
    """Queue one message for one contact."""
    return enqueue_many(content, [wish], origin=origin)[0]


def enqueue_many(
    content: Content,
    wishes: Sequence[NewDelivery],
    *,
    origin: Origin,
    due_at: dt.datetime | None = None,
) -> list[Queued]:
    """Queue messages for many contacts; return what stands for each, in their order.

    The contacts must be the organisation's; a foreign or deleted one is EXCLUDED (DELETED).
    """
    queued: list[Queued] = []
    for start in range(0, len(wishes), BATCH_SIZE):
        queued += _enqueue_batch(content, wishes[start : start + BATCH_SIZE], origin, due_at)
    return queued


@transaction.atomic
def _enqueue_batch(
    content: Content, wishes: Sequence[NewDelivery], origin: Origin, due_at: dt.datetime | None
) -> list[Queued]:
    batch = Batch.objects.create(
        organisation_id=content.organisation_id,
        content_id=content.pk,
        media_type=content.snapshot["channel"],
        origin_kind=origin.kind,
        origin_id=origin.id,
        **({"due_at": due_at} if due_at else {}),
    )
    params = _common(content, origin) | _columns(wishes) | {"batch_id": batch.pk}
    added = {(contact, step): status for contact, step, status in _added(params)}
    _keep_or_drop(batch, sum(status == DeliveryStatus.WAITING for status in added.values()))
    found = {
        (contact, step): Queued(delivery, status, reason, request, (contact, step) in added)
        for contact, step, delivery, status, reason, request in STATEMENTS.rows(
            "find_deliveries", params
        )
    }
    return [found[wish.contact_id, wish.step] for wish in wishes]


def _added(params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return STATEMENTS.rows("insert_deliveries", params)


def _keep_or_drop(batch: Batch, waiting: int) -> None:
    if not waiting:
        batch.delete()
        return
    batch.size = waiting
    batch.save(update_fields=["size"])
    wake("sending")


def _common(content: Content, origin: Origin) -> dict[str, Any]:
    return {
        "organisation_id": content.organisation_id,
        "content_id": content.pk,
        "media_type": content.snapshot["channel"],
        **reach_of(content.snapshot["channel"])._asdict(),
        "categories": content.snapshot["categories"],
        "heeds_wishes": heeds_wishes(origin.kind),
        "origin_kind": origin.kind,
        "origin_id": origin.id,
    }


def _columns(wishes: Sequence[NewDelivery]) -> dict[str, list[Any]]:
    return {
        "contact_ids": [wish.contact_id for wish in wishes],
        "addresses": [wish.address for wish in wishes],
        "languages": [wish.language for wish in wishes],
        "params": [None if wish.params is None else Jsonb(dict(wish.params)) for wish in wishes],
        "steps": [wish.step for wish in wishes],
        "request_ids": [wish.request_id for wish in wishes],
        "event_ids": [wish.event_id for wish in wishes],
    }
