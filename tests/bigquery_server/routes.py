"""Which request is what."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from bigquery_server import uploads
from bigquery_server.messages import Answer, Request
from bigquery_server.refusals import Refused, not_found

if TYPE_CHECKING:
    from bigquery_server.server import BigQueryServer

Serve = Callable[..., Answer]
PROJECT = r"(?:/upload)?/bigquery/v2/projects/(?P<project>[^/]+)"


class Routes:
    """The table of addresses."""

    def __init__(self, server: "BigQueryServer") -> None:
        self.server, self.store, self.jobs = server, server.store, server.jobs
        self.sessions: dict[str, Any] = {}
        dataset = r"/datasets/(?P<dataset>[^/]+)"
        table = dataset + r"/tables/(?P<table>[^/]+)"
        job = r"/jobs/(?P<job>[^/]+)"
        self.table: list[tuple[str, str, Serve]] = [
            ("POST", "/datasets", self.insert_dataset),
            ("GET", "/datasets", self.list_datasets),
            ("GET", dataset, self.get_dataset),
            ("PATCH", dataset, self.patch_dataset),
            ("DELETE", dataset, self.delete_dataset),
            ("POST", dataset + "/tables", self.insert_table),
            ("GET", dataset + "/tables", self.list_tables),
            ("GET", table, self.get_table),
            ("PATCH", table, self.patch_table),
            ("DELETE", table, self.delete_table),
            ("GET", table + "/data", self.list_rows),
            ("POST", "/jobs", self.insert_job),
            ("PUT", "/jobs", self.put_job),
            ("GET", "/jobs", self.list_jobs),
            ("GET", job, self.get_job),
            ("POST", job + "/cancel", self.cancel_job),
            ("POST", "/queries", self.query),
            ("GET", r"/queries/(?P<job>[^/]+)", self.query_results),
        ]

    def answer(self, request: Request) -> Answer:
        if request.path == "/token":
            return self.token(request)
        if not self.server.accounts.knows(request.headers.get("authorization", "")):
            raise Refused(401, "authError", "Invalid Credentials")
        for method, pattern, serve in self.table:
            found = re.fullmatch(PROJECT + pattern, request.path)
            if found and method == request.method:
                named = {name: unquote(text) for name, text in found.groupdict().items()}
                self._check(named.pop("project"))
                if "jobs" in pattern or "queries" in pattern:
                    return serve(request, **named)  # jobs wait and run beside each other
                with self.store.lock:
                    return serve(request, **named)
        raise not_found("Page", request.line)

    def token(self, request: Request) -> Answer:
        try:
            return Answer(self.server.accounts.granted(dict(parse_qsl(request.body.decode()))))
        except ValueError as error:
            refusal = {"error": "invalid_grant", "error_description": str(error)}
            return Answer(refusal, 400)

    def _check(self, project: str) -> None:
        if not self.store.enabled:
            words = f"BigQuery API has not been used in project {project} before or it is disabled."
            raise Refused(403, "accessNotConfigured", words)
        if project != self.server.project:
            raise Refused(403, "accessDenied", f"Access Denied: Project {project}")

    def insert_dataset(self, request: Request) -> Answer:
        return Answer(self.store.insert_dataset(request.json))

    def list_datasets(self, request: Request) -> Answer:
        return Answer(_paged("datasets", list(self.store.datasets.values()), request))

    def get_dataset(self, request: Request, dataset: str) -> Answer:
        return Answer(self.store.dataset(dataset))

    def patch_dataset(self, request: Request, dataset: str) -> Answer:
        etag = request.headers.get("if-match", "")
        return Answer(self.store.patch_dataset(dataset, request.json, etag))

    def delete_dataset(self, request: Request, dataset: str) -> Answer:
        contents = request.query.get("deleteContents") == "true"
        self.store.delete_dataset(dataset, contents=contents)
        return Answer(None, 204)

    def insert_table(self, request: Request, dataset: str) -> Answer:
        return Answer(self.store.insert_table(dataset, request.json))

    def list_tables(self, request: Request, dataset: str) -> Answer:
        self.store.dataset(dataset)
        found = [table for (home, _), table in sorted(self.store.tables.items()) if home == dataset]
        return Answer(_paged("tables", found, request))

    def get_table(self, request: Request, dataset: str, table: str) -> Answer:
        return Answer(self.store.shown(self.store.table(dataset, table)))

    def patch_table(self, request: Request, dataset: str, table: str) -> Answer:
        etag = request.headers.get("if-match", "")
        patched = self.store.patch_table(dataset, table, request.json, etag)
        return Answer(self.store.shown(patched))

    def delete_table(self, request: Request, dataset: str, table: str) -> Answer:
        self.store.table(dataset, table)
        self.store.delete_table(dataset, table)
        return Answer(None, 204)

    def list_rows(self, request: Request, dataset: str, table: str) -> Answer:
        self.store.table(dataset, table)
        return Answer(self.jobs.page_of_table(dataset, table, request.query))

    def insert_job(self, request: Request) -> Answer:
        if request.path.startswith("/upload"):
            return uploads.begun(self, request)
        return Answer(self.jobs.insert(request.json).shown())

    def put_job(self, request: Request) -> Answer:
        return uploads.gone_on(self, request)

    def list_jobs(self, request: Request) -> Answer:
        parent = request.query.get("parentJobId")
        found = [job.shown() for job in self.jobs.all() if job.parent == parent]
        return Answer(_paged("jobs", found[::-1], request))

    def get_job(self, request: Request, job: str) -> Answer:
        return Answer(self.jobs.get(job).shown())

    def cancel_job(self, request: Request, job: str) -> Answer:
        return Answer({"kind": "bigquery#jobCancelResponse", "job": self.jobs.get(job).shown()})

    def query(self, request: Request) -> Answer:
        told = request.json
        config = {key: told[key] for key in told if key not in {"requestId", "timeoutMs"}}
        dry = bool(told.get("dryRun"))
        job = self.jobs.insert({"configuration": {"query": config, "dryRun": dry}})
        return Answer(self.jobs.results(job.id, told))

    def query_results(self, request: Request, job: str) -> Answer:
        return Answer(self.jobs.results(job, request.query))


def _paged(name: str, found: list[Any], request: Request) -> dict[str, Any]:
    start = int(request.query.get("pageToken") or 0)
    most = int(request.query.get("maxResults") or 50)
    page: dict[str, Any] = {name: found[start : start + most], "totalItems": len(found)}
    if start + most < len(found):
        page["nextPageToken"] = str(start + most)
    return page
