"""The HTTP side: a thread per connection, one answer per request."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bigquery_server.faults import Cut, Faults
from bigquery_server.jobs import Jobs
from bigquery_server.messages import Answer, Request
from bigquery_server.refusals import Refused
from bigquery_server.routes import Routes
from bigquery_server.store import Store
from bigquery_server.tokens import Accounts


class BigQueryServer:
    """A running server; ``billing`` and ``enabled`` are switches of the project."""

    def __init__(self, project: str) -> None:
        self.project = project
        self.accounts = Accounts(project)
        self.faults = Faults()
        self.store = Store(project)
        self.jobs = Jobs(self.store)
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.serve = self.serve
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._routes = Routes(self)
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def serve(self, request: Request) -> Answer:
        """Answer a request, with whatever failure was ordered for it."""
        try:
            return self.faults.around(request, self._routes.answer)
        except Refused as refusal:
            return Answer(refusal.body, refusal.code)

    def reset(self) -> None:
        """Forget all datasets, jobs, faults and switches."""
        self.faults.clear()
        self.store.reset()
        self.jobs.reset()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def key_file(self, **changes: Any) -> str:
        return self.accounts.key_file(**changes)

    def rows(self, query: str) -> list[tuple]:
        """Ask DuckDB itself; datasets are its schemas."""
        return self.store.rows(query)


def start(project: str = "sandpiper-shop") -> BigQueryServer:
    """Start a server on a free port."""
    return BigQueryServer(project)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    serve: Callable[[Request], Answer]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that die are what this server is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in two small writes cost 40 ms a request
    server: _Http

    def _serve(self) -> None:
        target = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = int(headers.get("content-length", 0))
        request = Request(self.command, target.path, dict(parse_qsl(target.query)), headers)
        request.body = self.rfile.read(length)
        if len(request.body) < length:
            self.close_connection = True  # the client died in the middle of its body
            return
        try:
            answer = self.server.serve(request)
        except Cut:
            self.close_connection = True
            return
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        body = answer.body
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if body:
            self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep quiet."""
