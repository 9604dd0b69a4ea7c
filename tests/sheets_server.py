"""A real HTTP server on loopback that speaks what we need of the Google Sheets API.

Keys are real RSA keys and tokens are asked for with signed assertions.  Cells come as Google
sends them: rows cut behind the last full cell, empty rows at the end not at all, dates as days
since 30 December 1899.
"""

import datetime as dt
import json
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from bigquery_server.tokens import Accounts

from sanderling.connectors.drivers.google_sheets.settings import Service

NUMBER = "1aBcDeFgHiJkLmNoPqRsTuVwXyZ"
EPOCH = dt.datetime.fromisoformat("1899-12-30")
AREA = re.compile(r"'((?:[^']|'')*)'!([A-Z]*)([0-9]+):([A-Z]*)([0-9]+)")


@dataclass
class SheetsServer:
    """A running server with one spreadsheet, shared with the account unless said otherwise."""

    title: str = "Shop"
    zone: str = "Europe/Kyiv"
    sheets: dict[str, list[Sequence[Any]]] = field(default_factory=dict)
    is_shared: bool = True
    is_enabled: bool = True
    faults: list[int] = field(default_factory=list)  # statuses of the next answers
    asked: list[str] = field(default_factory=list)  # paths of all requests

    def __post_init__(self) -> None:
        self.accounts = Accounts("sandpiper-shop")
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.answers = self
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self.service = Service(self.url, f"{self.url}/token")
        self.link = f"https://docs.google.com/spreadsheets/d/{NUMBER}/edit#gid=0"
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def answer(self, target: str, authorization: str) -> tuple[int, dict[str, Any]]:
        self.asked.append(unquote(urlsplit(target).path))
        if self.faults and (status := self.faults.pop(0)):
            return status, _error(status, "UNAVAILABLE")
        if not self.accounts.knows(authorization):
            return 401, _error(401, "UNAUTHENTICATED")
        if not self.is_enabled:
            return 403, _error(403, "SERVICE_DISABLED")
        if f"/v4/spreadsheets/{NUMBER}" not in target:
            return 404, _error(404, "NOT_FOUND")
        if not self.is_shared:
            return 403, _error(403, "PERMISSION_DENIED")
        return self._found(urlsplit(target).path, parse_qs(urlsplit(target).query))

    def _found(self, path: str, query: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        if "/values/" in path:
            area = unquote(path.rpartition("/values/")[2])
            cells = self._cells(area)
            return (400, _error(400, "INVALID")) if cells is None else (200, _values(cells))
        if "ranges" in query:
            cells = self._cells(query["ranges"][0]) or []
            rows = [{"values": [_format(cell) for cell in row]} for row in cells]
            return 200, {"sheets": [{"data": [{"rowData": rows}]}]}
        return 200, {
            "properties": {"title": self.title, "timeZone": self.zone},
            "sheets": [{"properties": _about(name, rows)} for name, rows in self.sheets.items()],
        }

    def _cells(self, area: str) -> list[Sequence[Any]] | None:
        found = AREA.fullmatch(area)
        assert found, area
        name, first, begin, last, end = found.groups()
        rows = self.sheets.get(name.replace("''", "'"))
        if rows is None:
            return None
        left, right = (_place(first) if first else 0), (_place(last) if last else 10_000)
        return [row[left : right + 1] for row in rows[int(begin) - 1 : int(end)]]


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    answers: SheetsServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: _Http

    def do_GET(self) -> None:
        self._send(*self.server.answers.answer(self.path, self.headers.get("Authorization", "")))

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        try:
            self._send(200, self.server.answers.accounts.granted(form))
        except ValueError as error:
            self._send(400, {"error": "invalid_grant", "error_description": str(error)})

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _about(name: str, rows: list[Sequence[Any]]) -> dict[str, Any]:
    if rows == ["chart"]:
        return {"title": name, "sheetType": "OBJECT"}
    grid = {"rowCount": max(len(rows), 1000), "columnCount": 26}
    return {"title": name, "sheetType": "GRID", "gridProperties": grid}


def _values(cells: list[Sequence[Any]]) -> dict[str, Any]:
    rows = [_cut([_plain(cell) for cell in row]) for row in cells]
    while rows and not rows[-1]:
        rows.pop()
    return {"majorDimension": "ROWS", **({"values": rows} if rows else {})}


def _cut(row: list[Any]) -> list[Any]:
    while row and row[-1] in (None, ""):
        row.pop()
    return ["" if cell is None else cell for cell in row]


def _plain(cell: Any) -> Any:
    if isinstance(cell, dt.datetime):
        return (cell - EPOCH) / dt.timedelta(days=1)
    if isinstance(cell, dt.date):
        return (cell - EPOCH.date()).days
    return cell


def _format(cell: Any) -> dict[str, Any]:
    kind = "DATE_TIME" if isinstance(cell, dt.datetime) else "DATE"
    if not isinstance(cell, dt.date):
        return {}
    return {"effectiveFormat": {"numberFormat": {"type": kind}}}


def _error(status: int, reason: str) -> dict[str, Any]:
    return {"error": {"code": status, "status": reason, "message": "Not for the user."}}


def _place(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
