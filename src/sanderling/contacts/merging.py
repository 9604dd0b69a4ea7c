"""Many people in, set by set: the core of imports, of the API's bulk call, and of orders.

Rows are copied into a temporary table and then move through states: WAITING → (who is it?) →
NEW or MATCHED → ADDED, UPDATED or UNCHANGED; or REJECTED with a reason; or FOLDED into a later
row about the same person.  The rules are those of ``adding.upsert``, and keys are claimed in
the same way; rows that lose a claim (to another transaction, or to an earlier row) simply wait
for the next round.  A round costs some seven statements, however many rows there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from psycopg.types.json import Jsonb

from sanderling.contacts import keeping_keys
from sanderling.contacts.models import EmailStatus, Source
from sanderling.contacts.people import KINDS_OF, TEXT_COLUMNS, Match, Person
from sanderling.postgres import advisory
from sanderling.postgres.copying import copy_rows
from sanderling.postgres.statements import (
    Row,
    Statements,
    execute,
    fetch,
    fetch_value,
    own_connection,
)

STATEMENTS = Statements(__package__)
STAGED = "contacts_staged"
MANY = 2_000  # fewer are quick in whatever order they are compared
IDENTITY = ("contact_id", "external_id", "email", "email_key", "phone", "token", "field_key")
COLUMNS = ("line", *IDENTITY, *TEXT_COLUMNS, "fields")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How the rows of one merge are understood.

    ``field_id`` is the additional field of Match.FIELD; ``join`` and ``leave`` are ids of lists;
    ``email_status`` is that of new addresses; ``restore`` brings deleted contacts back;
    of several contacts with one address ``freshest`` means the one that was updated last.
    ``keeps`` are the addresses ("email", "phone") of known people that stay as they are.
    """

    match: Match = Match.ANY
    field_id: int | None = None
    source: str = Source.API
    email_status: str = EmailStatus.CONFIRMED
    restore: bool = True
    freshest: bool = False
    join: Sequence[int] = ()
    leave: Sequence[int] = ()
    keeps: Sequence[str] = ()


@dataclass
class Counts:
    """What became of the rows."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of one person: who it is, or why not."""

    contact_id: int | None
    state: str
    reason: str = ""


@dataclass(frozen=True)
class Staging:
    """An open merge: rows are being read, and ``finish`` decides about all of them."""

    organisation_id: int
    rules: Rules
    params: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", _params(self.organisation_id, self.rules))

    def copy(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Take rows of cleaned values; the columns left out were not spoken of."""
        return copy_rows(own_connection(), STAGED, columns=columns, rows=rows)

    def finish(self) -> Counts:
        """Merge everything that was copied."""
        STATEMENTS.run("analyze_staging")
        self._run("fold_same")
        while fetch_value("SELECT 1 FROM contacts_staged WHERE state = 'WAITING' LIMIT 1"):
            self._round()
        self._run("settle_folded")
        if self.rules.join or self.rules.leave:
            self._run("join_lists")
        return _counted()

    def outcomes(self) -> list[Row]:
        """Return (line, contact_id, state, reason) of every row, by line."""
        return fetch("SELECT line, contact_id, state, reason FROM contacts_staged ORDER BY line")

    def rejects(self) -> list[Row]:
        """Return (line, reason) of the rows that were refused, by line."""
        return fetch(
            "SELECT line, reason FROM contacts_staged WHERE state = 'REJECTED' ORDER BY line"
        )

    def _round(self) -> None:
        if self.rules.match == Match.FIELD:
            self._run("match_by_field")
        self._run("match_staged")
        self._run("match_shared")
        STATEMENTS.run("analyze_staging")
        self._run("fold_same")
        self._run("defer_attaching")
        if self.rules.keeps:
            self._run("keep_addresses")
        self._claim()
        self._teach_planner(STATEMENTS.run("insert_new", self.params))
        self._run("update_matched")
        released = STATEMENTS.rows("renew_staged_keys", self.params)
        keeping_keys.pass_on(self.organisation_id, [(k, v, c) for k, v, c in released])

    def _teach_planner(self, added: int) -> None:
        """Have the tables sampled when the planner believes in far fewer people than there are.

        Of an organisation that is younger than the statistics it expects one row, and then compares
        everybody with everybody: 50,000 new people once took more than half an hour.
        """
        if added < MANY:
            return
        plan = STATEMENTS.rows("expect_keys", self.params)[0][0]
        if plan[0]["Plan"]["Plan Rows"] < added:
            STATEMENTS.run("analyze_people")

    def _claim(self) -> None:
        losers = [line for (line,) in STATEMENTS.rows("claim_staged", self.params)]
        if losers:
            STATEMENTS.run("give_back_keys", {**self.params, "lines": losers})
        execute("DROP TABLE contacts_claimed")

    def _run(self, name: str) -> None:
        STATEMENTS.run(name, self.params)


def begin(organisation_id: int, rules: Rules) -> Staging:
    """Open an empty merge; it lives, and must finish, in the transaction around it.

    Merges of one organisation take turns: two that update the same thousands of contacts in
    different orders would only wait for each other to be shot.
    """
    advisory.lock(f"contacts.merging.{organisation_id}")
    STATEMENTS.run("create_staging")
    return Staging(organisation_id, rules)


def merge(organisation_id: int, people: Sequence[Person], *, rules: Rules) -> list[Outcome]:
    """Update or create cleaned people, all in a few statements; return what became of each.

    In the order of `people`.  Nobody validates here: use ``cleaning.clean`` first.
    """
    with transaction.atomic():
        staging = begin(organisation_id, rules)
        numbered = enumerate(people)
        staging.copy(COLUMNS, (row_of(line, person, rules) for line, person in numbered))
        staging.finish()
        return [
            Outcome(None if state == "REJECTED" else contact_id, state, reason or "")
            for _, contact_id, state, reason in staging.outcomes()
        ]


def row_of(line: int, person: Person, rules: Rules) -> tuple[Any, ...]:
    """Return a person as a row of COLUMNS."""
    email = person.email
    return (
        line,
        person.contact_id,
        person.external_id or None,
        email,
        email if email is None else email.lower(),
        person.phone,
        person.token or None,
        person.fields.get(rules.field_id) if rules.field_id else None,
        *(getattr(person, name) for name in TEXT_COLUMNS),
        Jsonb(fields_of(person.fields)) if person.fields else None,
    )


def fields_of(said: Mapping[int, str | None]) -> dict[str, str | None]:
    """Return additional fields as staged: a null clears, what is left out stays."""
    return {str(key): value or None for key, value in said.items() if value is not None}


def _params(organisation_id: int, rules: Rules) -> dict[str, Any]:
    return {
        "organisation_id": organisation_id,
        "match": rules.match.value,
        "kinds": list(KINDS_OF[rules.match]),
        "field": str(rules.field_id or ""),
        "source": rules.source,
        "email_status": rules.email_status,
        "restore": rules.restore,
        "freshest": rules.freshest,
        "join": list(rules.join),
        "leave": list(rules.leave),
        "keeps": list(rules.keeps),
    }


def _counted() -> Counts:
    found: dict[str, int] = dict(STATEMENTS.rows("count_staged"))
    return Counts(
        added=found.get("ADDED", 0),
        updated=found.get("UPDATED", 0),
        unchanged=found.get("UNCHANGED", 0),
        rejected=found.get("REJECTED", 0),
    )
