"""Small HTTP servers on loopback, of a customer, an app or a provider."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from typing import TypeVar

Server = TypeVar("Server", bound=ThreadingHTTPServer)
PATIENCE = 30.0
LOOK_EVERY = 0.02  # seconds until the loop sees that it shall end


@contextlib.contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Serve for the block.

    Only servers with a thread per connection: one that answers in its loop waits, when it shall
    end, for a client that has connected and says nothing (a browser does), and so for ever.
    """
    thread = threading.Thread(target=server.serve_forever, args=(LOOK_EVERY,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        ending = threading.Thread(target=server.shutdown, daemon=True)
        ending.start()
        ending.join(PATIENCE)
        server.server_close()
        assert not ending.is_alive(), "the server on loopback does not end"
