"""A provider of messages on the loopback: it takes requests, answers as it is told, remembers."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import loopback

HANG_UP = object()  # as an answer: the request is read, the connection ends


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query))


Answering = Callable[[Asked, int], Any]


class Provider:
    """``answer(request, number)`` returns (status, JSON) or HANG_UP; else every one gets an id."""

    def __init__(self, answer: Answering | None = None) -> None:
        self.asked: list[Asked] = []
        self.answer = answer
        self._lock = threading.Lock()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                asked = Asked(
                    self.command, self.path, dict(self.headers.items()), self.rfile.read(length)
                )
                said = provider.answered(asked)
                if said is HANG_UP:
                    self.close_connection = True
                    return
                status, content = said
                body = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = do_POST  # noqa: N815

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answered(self, asked: Asked) -> Any:
        with self._lock:
            self.asked.append(asked)
            number = len(self.asked)
        return (self.answer or _taken)(asked, number)

    def __enter__(self) -> "Provider":
        self._serving = loopback.serving(self._server)
        self._serving.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._serving.__exit__(None, None, None)


def _taken(asked: Asked, number: int) -> tuple[int, Any]:
    return 200, {"id": f"m-{number}", "sid": f"SM{number}"}
