"""The web process: a loop reads whole requests, threads answer them, a writer takes events.

Gunicorn's threads read from the socket themselves, so as many slow clients as there are threads
stop everything.  Here its loop reads, with deadlines, and a thread gets what is complete; large
bodies have a part of the threads only.  A plain event does not need a thread at all: the thin
door (``api.wire``) reads it from the loop's buffer, and the tray's writer answers it.
"""

import contextlib
import errno
import io
import logging
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from gunicorn import SERVER, util
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from sanderling.api import logging_calls, wire
from sanderling.api.gathering import Outcome, Tray, Wish
from sanderling.lib.logs import together
from sanderling.lib.turns import Turns
from sanderling.site import chunked
from sanderling.site.bad_requests import refusal, status_of
from sanderling.site.lines import QUIET, Line, Stage

LOG = logging.getLogger("sanderling.requests")
CHUNK = 64 * 1024
MOST_AHEAD = 256 * 1024  # bytes of further requests that a client may send before an answer
MOST_BIG = 64  # requests of more than a chunk that are being gathered; others need a thread
WAIT_FOR_THREAD = 60.0
LINGER = 2.0  # seconds for a client to notice that we close
SWEEP_EVERY = 0.5
OWN_HEADERS = ("content-type", "content-l", "x-request-id", "vary", "x-ratelimit")


class Listener(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's threaded worker with a loop that reads for its threads."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.lines: set[Line] = set()  # those that the loop listens to or writes events of
        self.offered: list[Wish] = []
        self.wsgi: Callable[..., Iterable[bytes]]
        self.tray: Tray
        self.headers: dict[str, str] = {}
        self.large = max(1, self.cfg.threads // 2)  # threads that large bodies may have
        self.queued: deque[Line] = deque()  # large bodies that wait for one of these
        self.turns: Turns[Line] = Turns()  # whole requests that wait for a thread
        self.free = self.cfg.threads
        self.big: set[Line] = set()  # requests of more than a chunk that are being gathered
        self.swept_at = 0.0

    def load_wsgi(self) -> None:
        """Load the application, and learn which headers it gives to every answer."""
        self.tray = Tray(self._settle, self.poller, self.method_queue.defer)
        super().load_wsgi()
        application: Callable[..., Iterable[bytes]] = self.wsgi
        self.headers = _common_headers(application)
        self.wsgi = chunked.measured(application, settings.UPLOAD_LIMIT)

    def run(self) -> None:
        """Serve until stopped; then finish what is on its way."""
        try:
            super().run()
        finally:
            self.tray.stop()
            logging_calls.write_down()

    def accept(self, listener: Any) -> None:
        """Listen to a new client."""
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._make_room()
        try:
            self._watch(Line(self.cfg, sock, client, listener.getsockname()))
        except OSError:  # it is gone already
            self.nr_conns -= 1
            sock.close()

    def _make_room(self) -> None:
        """Let go of who has been silent for longest: silence must not keep others out."""
        silent = [line for line in self.lines if line.wish is None]
        if silent:
            self._drop(min(silent, key=lambda line: line.deadline))

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Read what has come; the plain events of one look go into the tray together."""
        super().wait_for_and_dispatch_events(timeout)
        if self.offered:
            offered, self.offered = self.offered, []
            self.tray.put(offered)

    def murder_keepalived(self, force: bool = False) -> None:
        """Let go of clients that wait, send or read too long."""
        now = time.monotonic()
        if not force and now - self.swept_at < SWEEP_EVERY:
            return
        self.swept_at = now
        self.tray.look_at_the_clock()
        if force:  # the last look: then gunicorn closes the poller
            self._finish_events()
        for line in [one for one in self.lines if force or one.deadline < now]:
            if line.wish is not None and not force:
                continue
            if line.is_leaving or force or not line.buffer:
                self._drop(line)
            else:
                self._refuse(line, 408, "The request came too slowly.")

    def _finish_events(self) -> None:
        """Wait for the commits that are on their way, so that their callers hear of them."""
        enough = time.monotonic() + LINGER
        while not self.tray.is_empty and time.monotonic() < enough:
            super().wait_for_and_dispatch_events(SWEEP_EVERY)
        self.tray.close()

    def murder_pending(self) -> None:
        """Do nothing: all lines are swept together."""

    def finish_request(self, conn: Line, fs: Any) -> None:
        """Listen again to a client whose thread is done."""
        self.free += 1
        if conn.is_large:
            self.large += 1
        try:
            stays = bool(fs.result()) if not fs.cancelled() else False
        except Exception:
            self.log.exception("A request ended in an error.")
            stays = False
        conn.take_back()
        if stays:
            self._await(conn)
        else:
            self._leave(conn)
        while self.queued and self.large:
            if (waiting := self.queued.popleft()) in self.lines:
                self._start_large(waiting)
        self._give_turns()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer what is no HTTP in the shape of all our errors."""
        if not isinstance(exc, errors.ParseException):
            super().handle_error(req, client, addr, exc)
            return
        status = status_of(exc)
        self.log.warning("Refused a request of %s: %s", (addr or ("",))[0], exc)
        util.write(client, refusal(status, "The request is not HTTP as we read it."))

    def _cap_keepalive(self, deadline: float) -> None:
        for line in self.lines:
            if not line.buffer:
                line.deadline = min(line.deadline, deadline)

    def _watch(self, line: Line) -> None:
        self.lines.add(line)
        if not line.is_watched:
            line.sock.setblocking(False)
            self.poller.register(line.sock, selectors.EVENT_READ, partial(self._guarded, line))
            line.is_watched = True

    def _unwatch(self, line: Line) -> None:
        if line.is_watched:
            self.poller.unregister(line.sock)
            line.is_watched = False

    def _guarded(self, line: Line, _sock: Any) -> None:
        """Read; one client's trouble must not end the loop of all."""
        if not line.is_watched:
            return  # given up in the same look
        try:
            self._read(line)
        except Exception:
            LOG.exception("A connection was given up.")
            self._drop(line)

    def _read(self, line: Line) -> None:
        try:
            came = line.sock.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            came = b""
        if not came:
            self._hear_end(line)
        elif not line.is_leaving:
            if not line.buffer:
                line.deadline = time.monotonic() + QUIET
            line.buffer += came
            if line.wish is None:
                self._advance(line)
            elif len(line.buffer) > MOST_AHEAD:
                self._unwatch(line)

    def _hear_end(self, line: Line) -> None:
        line.is_ended = True
        self._unwatch(line)
        if line.wish is not None:
            return
        if line.buffer and not line.is_leaving:
            self._refuse(line, 400, "The request ended before its end.")
        else:
            self._drop(line)

    def _advance(self, line: Line) -> None:
        """Do with a request what can be done with as much of it as is there."""
        stage = line.stage()
        if stage is Stage.WHOLE:
            self._begin(line)
        elif stage is Stage.LARGE:
            self._start_large(line)
        elif stage is Stage.TOO_LONG:
            self._refuse(line, 431, "The headers are longer than this server takes.")
        elif stage is Stage.NO_HTTP:
            self._refuse(line, 400, "This is not HTTP.")
        elif line.is_ended:
            self._refuse(line, 400, "The request ended before its end.")
        elif self._has_room(line):
            self._watch(line)
        else:
            self._start_large(line)

    def _has_room(self, line: Line) -> bool:
        """Whether the loop may gather the rest; many large bodies would fill the memory."""
        if line.ends is None or line.ends <= CHUNK or line in self.big:
            return True
        if len(self.big) >= MOST_BIG:
            return False
        self.big.add(line)
        return True

    def _begin(self, line: Line) -> None:
        """Give a whole request to the thin door, or to a thread."""
        assert line.ends is not None
        if line.buffer.startswith(b"POST ") and self.alive:
            head, body = (
                bytes(line.buffer[: line.head_ends]),
                line.buffer[line.head_ends : line.ends],
            )
            if wish := wire.read(head, bytes(body)):
                line.wish, wish.asker = wish, line
                line.raw = line.take()
                self.offered.append(wish)
                return
        self._start(line)

    def _start(self, line: Line) -> None:
        """Give a request to a thread, when it is the turn of whoever sends it."""
        self._unwatch(line)
        self.lines.discard(line)
        self.big.discard(line)
        self.turns.put(line.sender(), line)
        self._give_turns()

    def _give_turns(self) -> None:
        """Let threads begin; whoever has sent many requests gets one turn of each round."""
        while self.free and self.turns:
            (line,) = self.turns.take(1)
            self.free -= 1
            line.give_to_thread()
            self.enqueue_req(line)

    def _start_large(self, line: Line) -> None:
        if not self.large:
            self._unwatch(line)
            line.deadline = time.monotonic() + WAIT_FOR_THREAD
            self.queued.append(line)
            return
        self.large -= 1
        line.is_large = True
        self._start(line)

    def _settle(self, wishes: Sequence[Wish]) -> None:
        """Answer events that have been dealt with; what was odd goes to a thread after all."""
        common = wire.shown({"Server": SERVER, "Date": util.http_date(), **self.headers})
        for wish in wishes:
            line: Line = wish.asker
            if line.is_gone:
                continue
            line.wish = None
            if wish.outcome is Outcome.ODD:
                line.buffer[:0] = line.raw
                line.stage()
                self._start(line)
                continue
            closes = wish.closes or not self.alive
            line.say(wire.answer(wish, common, closes=closes))
            if closes or line.is_broken:
                self._leave(line)
            else:
                self._await(line)
        if LOG.isEnabledFor(logging.INFO):
            with together():
                for wish in wishes:
                    _log(wish)

    def _await(self, line: Line) -> None:
        """Listen for a client's next request; it may be there already."""
        stays = self.cfg.keepalive if self.alive else LINGER
        line.deadline = time.monotonic() + stays
        self.lines.add(line)
        if line.buffer:
            self._advance(line)
        elif line.is_ended:
            self._drop(line)
        else:
            self._watch(line)

    def _refuse(self, line: Line, status: int, message: str) -> None:
        line.say(refusal(status, message))
        self._leave(line)

    def _leave(self, line: Line) -> None:
        """Say that nothing more comes, and give the client a moment to read what came.

        Closed at once, what it is still sending would be answered by a reset, and our last
        words be lost.
        """
        line.buffer.clear()
        line.is_leaving = True
        line.deadline = time.monotonic() + LINGER
        with contextlib.suppress(OSError):
            line.sock.shutdown(socket.SHUT_WR)
        if line.is_ended or line.is_broken:
            self._drop(line)
        else:
            self._watch(line)

    def _drop(self, line: Line) -> None:
        if line.is_gone:
            return
        line.is_gone = True
        self._unwatch(line)
        self.lines.discard(line)
        self.big.discard(line)
        self.nr_conns -= 1
        line.close()


def _common_headers(application: Callable[..., Iterable[bytes]]) -> dict[str, str]:
    """Return the headers that the application gives to every answer, by asking for one."""
    shown: list[tuple[str, str]] = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/healthz", "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }  # fmt: skip
    for _ in application(environ, lambda _status, headers, *_more: shown.extend(headers)):
        pass
    return {name: value for name, value in shown if not name.lower().startswith(OWN_HEADERS)}


def _log(wish: Wish) -> None:
    """Write the line of log that a request through the application has."""
    if wish.outcome is Outcome.ODD:
        return
    milliseconds = (time.perf_counter() - wish.began) * 1000
    told = (wish.path, wire.ANSWERS[wish.outcome][0].value, milliseconds)
    ids = {"trace": {"request": wish.request_id}}
    # Made by hand: to look for the line of code that logs costs as much as all the rest.
    LOG.handle(LOG.makeRecord(
        LOG.name, logging.INFO, __file__, 0, "POST %s %s %.0f ms", told, None, extra=ids
    ))  # fmt: skip
