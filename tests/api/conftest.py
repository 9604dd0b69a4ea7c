import http.server
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import loopback
import pytest

sys.path.append(str(Path(__file__).parent))

from programs import Program, program_of


@pytest.fixture
def api(cast) -> Program:
    """Return a program of Sandpiper with full access."""
    return program_of(cast.owner)


@pytest.fixture
def strange_api(cast) -> Program:
    """Return a program of Plover with full access."""
    return program_of(cast.stranger)


@dataclass
class FileServer:
    """A web server of the customer on loopback: what is in ``files`` is there, nothing else."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)

    def link(self, name: str, content: bytes) -> str:
        """Put a file there and return its address."""
        self.files[f"/{name}"] = content
        return f"{self.url}/{name}"


@pytest.fixture
def file_server() -> Iterator[FileServer]:
    class Files(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            content = served.files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    served = FileServer(f"http://127.0.0.1:{server.server_port}")
    with loopback.serving(server):
        yield served
