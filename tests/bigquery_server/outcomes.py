"""What a job did: rows, counts, bytes."""

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from bigquery_server import shapes


@dataclass
class Outcome:
    """The result of a statement, of a script (with its statements as children), or of a load."""

    statement: str = ""
    rows: pa.Table | None = None
    types: list[str] = field(default_factory=list)
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    is_dml: bool = False
    processed: int = 0
    billed: int = 0
    children: list["Outcome"] = field(default_factory=list)

    def statistics(self, kind: str) -> dict[str, Any]:
        """Return the statistics of the job."""
        if kind == "load":
            return {"load": {"outputRows": str(self.inserted), "outputBytes": str(self.processed)}}
        told: dict[str, Any] = {
            "statementType": self.statement,
            "totalBytesProcessed": str(self.processed),
            "totalBytesBilled": str(self.billed),
            "cacheHit": False,
        }
        if self.is_dml:
            told["numDmlAffectedRows"] = str(self.affected)
            told["dmlStats"] = {
                "insertedRowCount": str(self.inserted),
                "updatedRowCount": str(self.updated),
                "deletedRowCount": str(self.deleted),
            }
        children = {"numChildJobs": str(len(self.children))} if self.children else {}
        return {"query": told, "totalBytesProcessed": str(self.processed), **children}

    @property
    def affected(self) -> int:
        return self.inserted + self.updated + self.deleted

    def page(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Return a page of the rows."""
        told: dict[str, Any] = {"totalBytesProcessed": str(self.processed), "cacheHit": False}
        if self.is_dml:
            told["numDmlAffectedRows"] = str(self.affected)
        if self.rows is None:
            return told
        start = int(asked.get("pageToken") or asked.get("startIndex") or 0)
        most = int(asked["maxResults"]) if asked.get("maxResults") not in {None, ""} else 50_000
        told["schema"] = {"fields": shapes.fields_of(self.rows, self.types)}
        told["totalRows"] = str(self.rows.num_rows)
        if most:
            told["rows"] = shapes.cells(self.rows.slice(start, most))
        if start + most < self.rows.num_rows:
            told["pageToken"] = str(start + most)
        return told
