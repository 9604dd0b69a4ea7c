"""Jobs with names of ours: a name is used once for ever, so a job that was begun is found again."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, Any

from google.api_core.exceptions import Conflict, NotFound
from google.cloud import bigquery

from sanderling.connectors.drivers.bigquery import explaining
from sanderling.connectors.drivers.bigquery.opening import RETRY, TIMEOUT, Session
from sanderling.connectors.drivers.outages import Cause, SourceUnavailable

LONGEST = 6 * 3600.0  # seconds; Google's own limit for a load
POLLS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)  # seconds between two questions, then the last for ever
MOST_ATTEMPTS = 50
AMBIGUOUS = {Cause.LOST, Cause.TIMEOUT, Cause.BUSY}  # the job may have begun all the same


@dataclass
class Jobs:
    """Jobs of one session in one region."""

    session: Session
    location: str
    sleep: Callable[[float], None] = time.sleep

    def found(self, name: str, *, since: int = 0) -> tuple[Any, int]:
        """Return the job of a name that is done and went well, and its attempt.

        Attempts that failed are counted; without a job, the attempt to make is returned.
        """
        for attempt in range(since, MOST_ATTEMPTS):
            job = self._get(f"{name}-a{attempt}")
            if job is None:
                return None, attempt
            self.wait(job)
            if not job.error_result:
                return job, attempt
        raise explaining.Refusal(
            Cause.QUERY, "This chunk failed too often; look at the jobs of your project."
        )

    def load(self, name: str, file: IO[bytes], size: int, *, into: str, config: Any) -> Any:
        """Load a file; return the job, done.  Raises Refusal when it fails."""

        def begin() -> Any:
            file.seek(0)
            return self.session.client.load_table_from_file(
                file,
                into,
                size=size,
                job_id=name,
                job_config=config,
                location=self.location,
                num_retries=5,
                timeout=600.0,
            )

        job = self._done(name, begin)
        self.session.sent += size
        return job

    def query(
        self,
        sql: str,
        *,
        name: str | None = None,
        params: Iterable[Any] = (),
        most: int | None = None,
    ) -> Any:
        """Run SQL; return the job, done.  ``most`` caps the bytes that may be billed."""
        config = bigquery.QueryJobConfig(query_parameters=list(params), use_query_cache=False)
        if most is not None:
            config.maximum_bytes_billed = most

        def begin() -> Any:
            return self.session.client.query(
                sql,
                job_id=name,
                job_config=config,
                location=self.location,
                retry=RETRY,
                job_retry=None,
                timeout=TIMEOUT,
            )

        job = self._done(name, begin)
        self.session.billed += job.total_bytes_billed or 0
        return job

    def rows(self, sql: str, *, most: int | None = None) -> list[Any]:
        """Return the rows of a query."""
        job = self.query(sql, most=most)
        with self.session.words():
            return list(job.result(retry=RETRY, timeout=TIMEOUT))

    def dry_run(self, sql: str, *, params: Iterable[Any] = ()) -> int:
        """Return how many bytes a query would read; raise Refusal when it could not run."""
        config = bigquery.QueryJobConfig(
            dry_run=True, use_query_cache=False, query_parameters=list(params)
        )
        with self.session.words():
            job = self.session.client.query(
                sql, job_config=config, location=self.location, retry=RETRY, timeout=TIMEOUT
            )
        return job.total_bytes_processed or 0

    def wait(self, job: Any) -> None:
        """Wait until a job is done; how it went is the caller's to look at."""
        until = time.monotonic() + LONGEST
        for turn in range(10**9):
            if job.state == "DONE":
                return
            if time.monotonic() > until:
                raise explaining.Refusal(Cause.TIMEOUT, "A job of BigQuery does not end.")
            self.sleep(POLLS[min(turn, len(POLLS) - 1)])
            with self.session.words():
                job.reload(retry=RETRY, timeout=TIMEOUT)

    def _done(self, name: str | None, begin: Callable[[], Any]) -> Any:
        """Begin a job and wait; one that is known already, or was begun unseen, is taken."""
        try:
            with self.session.words():
                try:
                    job = begin()
                except Conflict:
                    job = None
        except SourceUnavailable as refusal:
            job = self._unseen(name, refusal)
        job = job or self._get(name or "")
        assert job is not None, "a job that is in the way is there"
        self.wait(job)
        if job.error_result:
            raise explaining.of_job(job.error_result, self.session.settings)
        return job

    def _unseen(self, name: str | None, refusal: SourceUnavailable) -> Any:
        """Return the job whose answer was lost; raise what happened when there is none."""
        if name is None or refusal.cause not in AMBIGUOUS:
            raise refusal
        job = self._get(name)
        if job is None:
            raise refusal
        return job

    def _get(self, name: str) -> Any:
        with self.session.words():
            try:
                return self.session.client.get_job(
                    name, location=self.location, retry=RETRY, timeout=TIMEOUT
                )
            except NotFound:
                return None
