"""Jobs: made by one request, run beside it, asked for by others; an id is used once for ever."""

import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import duckdb

from bigquery_server import loading, querying, shapes
from bigquery_server.outcomes import Outcome
from bigquery_server.refusals import Refused, duplicate, invalid, not_found
from bigquery_server.store import Store

LONGEST_WAIT = 10.0  # seconds that getQueryResults waits by itself


@dataclass
class Job:
    """A job and how it ended."""

    id: str
    project: str
    config: dict[str, Any]
    parent: str | None = None
    refusal: Refused | None = None
    outcome: Outcome | None = None
    created: float = field(default_factory=time.time)
    ended: float = 0.0
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def kind(self) -> str:
        return "load" if "load" in self.config else "query"

    def shown(self) -> dict[str, Any]:
        """Return the job as the API tells it; also a failed one is told with 200."""
        is_done = self.done.is_set()
        status: dict[str, Any] = {"state": "DONE" if is_done else "RUNNING"}
        if is_done and self.refusal:
            status |= {"errorResult": self.refusal.proto, "errors": [self.refusal.proto]}
        return {
            "kind": "bigquery#job",
            "id": f"{self.project}:EU.{self.id}",
            "jobReference": {"projectId": self.project, "jobId": self.id, "location": "EU"},
            "configuration": {**self.config, "jobType": self.kind.upper()},
            "status": status,
            "statistics": self._statistics(is_done=is_done),
        }

    def _statistics(self, *, is_done: bool) -> dict[str, Any]:
        told: dict[str, Any] = {"creationTime": _millis(self.created)}
        if not is_done:
            return told
        told |= {"startTime": _millis(self.created), "endTime": _millis(self.ended)}
        if self.parent:
            told["parentJobId"] = self.parent
        if self.outcome:
            told |= self.outcome.statistics(self.kind)
        return told


class Jobs:
    """All jobs of the project."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self._jobs: dict[str, Job] = {}

    def all(self) -> list[Job]:
        return list(self._jobs.values())

    def get(self, job_id: str) -> Job:
        if job_id not in self._jobs:
            raise not_found("Job", f"{self.store.project}:{job_id}")
        return self._jobs[job_id]

    def insert(self, told: dict[str, Any], body: bytes | None = None) -> Job:
        """Begin a job; a dry run ends at once and is not kept."""
        job_id = told.get("jobReference", {}).get("jobId") or uuid.uuid4().hex
        job = Job(job_id, self.store.project, told["configuration"])
        if job.config.get("dryRun"):
            self._dry_run(job)
            return job
        with self._lock:
            if job_id in self._jobs:
                raise duplicate("Job", f"{self.store.project}:EU.{job_id}")
            self._jobs[job_id] = job
        threading.Thread(target=self._run, args=(job, body), daemon=True).start()
        return job

    def results(self, job_id: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Return a page of a query's rows; a failed query fails here as this very request."""
        job = self.get(job_id) if job_id in self._jobs else None
        if job is None:
            return {"jobComplete": True, "totalRows": "0"}  # of a dry run
        wanted = float(asked.get("timeoutMs") or LONGEST_WAIT * 1000) / 1000
        told: dict[str, Any] = {
            "kind": "bigquery#getQueryResultsResponse",
            "jobReference": job.shown()["jobReference"],
            "jobComplete": job.done.wait(min(wanted, LONGEST_WAIT)),
        }
        if not told["jobComplete"]:
            return told
        if job.refusal:
            raise job.refusal
        assert job.outcome is not None
        return told | job.outcome.page(asked)

    def page_of_table(self, dataset: str, table: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Return a page of a table's rows."""
        names = (asked.get("selectedFields") or "*").split(",")
        columns = ", ".join("*" if name == "*" else shapes.quoted(name) for name in names)
        address = f"{shapes.quoted(dataset)}.{shapes.quoted(table)}"
        with self.store.lock:
            found = self.store.duck.sql(f"SELECT {columns} FROM {address}")
            outcome = Outcome("SELECT", found.to_arrow_table(), [str(one) for one in found.types])
        return outcome.page(asked)

    def _run(self, job: Job, body: bytes | None) -> None:
        try:
            with self.store.lock:
                job.outcome = self._outcome(job, body)
        except Refused as refusal:
            job.refusal = refusal
        except duckdb.Error as error:
            job.refusal = invalid(str(error).splitlines()[0], "invalidQuery")
        except Exception as error:  # a fault of this server must not leave a client waiting
            job.refusal = invalid(f"{type(error).__name__}: {error}")
        job.ended = time.time()
        job.done.set()

    def _outcome(self, job: Job, body: bytes | None) -> Outcome:
        if job.kind == "load":
            return loading.load(self.store, job.config["load"], body or b"")
        outcome = querying.run(self.store, job.config["query"])
        for number, child in enumerate(outcome.children):
            kept = Job(f"script_job_{uuid.uuid4().hex}_{number}", job.project, job.config, job.id)
            kept.outcome, kept.ended = child, time.time()
            kept.done.set()
            self._jobs[kept.id] = kept
        return outcome

    def _dry_run(self, job: Job) -> None:
        with self.store.lock:
            try:
                job.outcome = querying.dry_run(self.store, job.config["query"])
            except duckdb.Error as error:
                words = str(error).splitlines()[0]
                raise invalid(words, "invalidQuery") from error
        job.done.set()


def _millis(seconds: float) -> str:
    return str(int(seconds * 1000))
