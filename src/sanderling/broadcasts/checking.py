"""Everything that stands in the way of a campaign, found before anybody gets anything."""

from collections.abc import Iterator
from typing import Any, cast

from django.db import transaction
from psycopg import sql

from sanderling.broadcasts.drafting import group_names
from sanderling.broadcasts.models import Broadcast
from sanderling.lib.errors import Invalid, SanderlingError
from sanderling.messages import checking, freezing, previewing
from sanderling.messages.models import Channel
from sanderling.postgres.statements import fetch
from sanderling.segments.freezing import people_sql
from sanderling.sending import choosing, gateways

DRY_RUN = 50
SOME = sql.SQL("SELECT id FROM ({}) AS people (id) ORDER BY id LIMIT %(dry_run)s")


class NotReady(SanderlingError):
    """The campaign cannot start yet."""

    status = 409
    code = "not_ready"

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems))


def problems_of(broadcast: Broadcast) -> list[str]:
    """Return what must be mended before the campaign may start."""
    return [*_of_message(broadcast), *_of_sender(broadcast), *_of_audience(broadcast)]


def warnings_of(broadcast: Broadcast) -> list[str]:
    """Return what the author should know before starting, beginning with a dry run.

    The message is rendered, with the rows of its sources, for the first people of the audience.
    """
    found = checking.problems_of(broadcast.message)
    said = [str(problem) for problem in found if not problem.is_fatal]
    if any(problem.is_fatal for problem in found):
        return said
    return [*said, *_of_dry_run(broadcast)]


def _of_message(broadcast: Broadcast) -> Iterator[str]:
    for problem in checking.fatal(checking.problems_of(broadcast.message)):
        yield str(problem)


def _of_sender(broadcast: Broadcast) -> Iterator[str]:
    message = broadcast.message
    if message.channel != Channel.EMAIL:
        if problem := choosing.problem_of(
            broadcast.organisation_id, message.channel, message.sender_name
        ):
            yield problem
        return
    gateway = gateways.gateway_of(broadcast.organisation_id)
    try:
        gateways.sender_of(gateway, name=message.sender_name, address=message.sender_email)
    except Invalid as error:
        yield error.message


def _of_audience(broadcast: Broadcast) -> Iterator[str]:
    if not broadcast.include:
        yield "Choose the lists or segments that get the message."
    ids = [*broadcast.include, *broadcast.exclude]
    for missing in sorted(set(ids) - set(group_names(broadcast.organisation_id, ids))):
        yield f"The list or segment {missing} does not exist any more."


def _of_dry_run(broadcast: Broadcast) -> Iterator[str]:
    snapshot = freezing.draft(
        broadcast.organisation_id,
        columns=freezing.columns_of(broadcast.message),
        translations=freezing.translations_of(broadcast.message),
    )
    try:
        people = _some_people(broadcast)
        found = previewing.problems_for(broadcast.organisation_id, snapshot, people)
    except SanderlingError as error:
        yield error.message
        return
    for words, count in found:
        yield f"{words} (so for {count} of the first {len(people)} people)"


def _some_people(broadcast: Broadcast) -> list[int]:
    with transaction.atomic():
        people = people_sql(
            broadcast.organisation_id, include=broadcast.include, exclude=broadcast.exclude
        )
        query = SOME.format(sql.SQL(cast("Any", people.sql)))
        return [row[0] for row in fetch(query, {**people.params, "dry_run": DRY_RUN})]
