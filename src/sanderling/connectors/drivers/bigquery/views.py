"""Views beside the tables, by calls about metadata: text and comment arrive at once."""

from collections.abc import Mapping, Sequence

from google.api_core.exceptions import Conflict
from google.cloud import bigquery

from sanderling.connectors.drivers.bigquery.opening import RETRY, TIMEOUT, Session
from sanderling.connectors.drivers.bigquery.tables import Tables


class Views:
    """The views of one dataset."""

    def __init__(self, session: Session, tables: Tables) -> None:
        self._session, self._tables = session, tables

    def marks(self) -> dict[str, str]:
        """Return what the dataset holds, by name, with the comments of views."""
        with self._session.words():
            client = self._session.client
            listed = client.list_tables(self._tables.dataset, retry=RETRY, timeout=TIMEOUT)
            kinds = {one.table_id: one.table_type for one in listed}
        return {name: self._comment(name) if kind == "VIEW" else "" for name, kind in kinds.items()}

    def make(self, name: str, text: str, mark: str, datasets: Sequence[str]) -> None:
        """Make a view, or give the one that is there another text."""
        tables: Mapping[str, str] = {one: f"`{self._tables.address(one)}`" for one in datasets}
        view = bigquery.Table(self._tables.address(name))
        view.view_query, view.description = text.format(**tables), mark
        with self._session.words():
            client = self._session.client
            try:
                client.create_table(view, retry=RETRY, timeout=TIMEOUT)
            except Conflict:
                changed = ["view_query", "description"]
                client.update_table(view, changed, retry=RETRY, timeout=TIMEOUT)

    def drop(self, name: str) -> None:
        """Drop a view."""
        self._tables.drop(name)

    def _comment(self, name: str) -> str:
        found = self._tables.get(name)
        return (found.description or "") if found is not None else ""
