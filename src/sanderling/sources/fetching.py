"""The rows of a batch of contacts: one query a source and batch, whatever the batch's size."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import sql

from sanderling.connectors.drivers.outages import SourceUnavailable
from sanderling.connectors.drivers.tables import Fetched, RowDict
from sanderling.connectors.models import Connector
from sanderling.postgres.statements import fetch
from sanderling.sources import copied, drawn, live
from sanderling.sources.contact_keys import key_expression
from sanderling.sources.models import DataSource, PreparedFile, Source

RowsByContact = dict[int, list[RowDict]]

__all__ = ["SourceUnavailable", "by_id", "by_name", "cut_contacts", "rows_for"]


def rows_for(
    sources: Sequence[Source],
    contact_ids: Sequence[int],
    *,
    draws: Mapping[int, int] | None = None,
) -> dict[int, RowsByContact]:
    """Return rows by source id and contact id; a contact without rows has an empty list.

    ``draws`` says by contact what items of a file are drawn by, the delivery: tried again, it
    gets the same ones.

    Raises SourceUnavailable (its message names the source) when a database does not answer; what
    sending then does is the source's ``outage``.
    """
    return {source.pk: _rows(source, contact_ids, draws or {})[0] for source in sources}


def cut_contacts(source: Source, contact_ids: Sequence[int]) -> set[int]:
    """Return the contacts that have more rows than a message gets to see."""
    return _rows(source, contact_ids, {})[1]


def by_name(
    sources: Iterable[DataSource], rows: Mapping[int, RowsByContact], contact_id: int
) -> dict[str, list[RowDict]]:
    """Return one contact's rows as campaigns call them: ``$!data.get('promo_codes')``."""
    return {source.name: rows[source.pk].get(contact_id, []) for source in sources}


def by_id(
    sources: Iterable[DataSource], rows: Mapping[int, RowsByContact], contact_id: int
) -> dict[str, list[RowDict]]:
    """Return one contact's rows as workflows call them: ``$!data.get('1043')``."""
    return {str(source.pk): rows[source.pk].get(contact_id, []) for source in sources}


def _rows(
    source: Source, contact_ids: Sequence[int], draws: Mapping[int, int]
) -> tuple[RowsByContact, set[int]]:
    if isinstance(source, PreparedFile):
        return drawn.rows_of(source, contact_ids, draws)
    keys = _keys(source.connector, source.organisation_id, contact_ids)
    fetched = _fetched(source, keys)
    rows: RowsByContact = {contact_id: [] for contact_id in contact_ids}
    cut = set()
    for key, contacts in keys.items():
        for contact_id in contacts:
            rows[contact_id] = fetched.rows.get(key, [])
            if key in fetched.cut:
                cut.add(contact_id)
    return rows, cut


def _fetched(source: DataSource, keys: Mapping[str, list[int]]) -> Fetched:
    if not keys:
        return Fetched({})
    try:
        if source.is_asked_by_copy:
            return copied.rows_of(source, keys)
        return live.rows_of(source, keys)
    except SourceUnavailable as error:
        raise named(source, error) from error


def named(source: DataSource, error: SourceUnavailable) -> SourceUnavailable:
    """Return the same outage with the source's name in front."""
    return SourceUnavailable(error.cause, f"Data source “{source.name}”: {error.message}")


def _keys(
    connector: Connector, organisation_id: int, contact_ids: Sequence[int]
) -> dict[str, list[int]]:
    """Return which contacts have which key; two may share an address."""
    query: Any = sql.SQL(
        "SELECT c.id, {key} FROM contacts_contact AS c"
        " WHERE c.organisation_id = %(organisation_id)s AND c.id = ANY(%(ids)s)"
        " AND {key} <> '' ORDER BY c.id"
    ).format(key=key_expression(connector))
    rows = fetch(query, {"organisation_id": organisation_id, "ids": list(contact_ids)})
    keys: dict[str, list[int]] = defaultdict(list)
    for contact_id, key in rows:
        keys[key].append(contact_id)
    return keys
