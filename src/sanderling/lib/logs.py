"""Log lines that can be followed: each carries the ids of its request, organisation and job."""

import contextlib
import json
import logging
import time
from collections.abc import Iterator
from contextvars import ContextVar

_trace: ContextVar[dict[str, str]] = ContextVar("trace", default={})  # noqa: B039 - never mutated
_gathered: ContextVar["dict[Stream, list[str]] | None"] = ContextVar("gathered", default=None)


@contextlib.contextmanager
def traced(**ids: object) -> Iterator[None]:
    """Add ids (``request``, ``organisation``, ``job``…) to every log line of the block."""
    token = _trace.set({**_trace.get(), **{name: str(value) for name, value in ids.items()}})
    try:
        yield
    finally:
        _trace.reset(token)


def trace() -> dict[str, str]:
    """Return the ids that hold right now."""
    return _trace.get()


class TraceFilter(logging.Filter):
    """Attach the current ids to the record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record; one may bring ids of its own."""
        record.trace = getattr(record, "trace", None) or _trace.get()
        return True


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Write what the block logs by one write at its end.

    A line written alone costs as much as an event of the API.
    """
    gathered: dict[Stream, list[str]] = {}
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
        for stream, lines in gathered.items():
            stream.write(lines)


class Stream(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes a line as it comes, or ``together``."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or keep it for the end of the block."""
        gathered = _gathered.get()
        if gathered is None:
            super().emit(record)
            return
        try:
            gathered.setdefault(self, []).append(self.format(record) + self.terminator)
        except Exception:
            self.handleError(record)

    def write(self, lines: list[str]) -> None:
        """Write lines at once; where nobody reads them any more, nothing breaks."""
        self.acquire()
        try:
            with contextlib.suppress(OSError, ValueError):
                self.stream.write("".join(lines))
                self.flush()
        finally:
            self.release()


class InUTC(logging.Formatter):
    """Times in UTC, to the millisecond; the text of a second is made once."""

    def __init__(self, form: str | None = None) -> None:
        super().__init__(form)
        self._second, self._text = 0, ""

    def formatTime(  # noqa: N802 - logging's name
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        """Return when it was."""
        second = int(record.created)
        if second != self._second:
            self._text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._second = second
        return f"{self._text}.{int(record.msecs):03d}Z"


class LineFormatter(InUTC):
    """One readable line: time, level, logger, message, ids."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line with its ids behind it."""
        ids = getattr(record, "trace", {})
        behind = "".join(f" {name}={value}" for name, value in ids.items())
        return super().formatMessage(record) + behind


class JsonFormatter(InUTC):
    """One JSON object a line, for log collectors."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        shown = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "trace", {}),
        }
        if record.exc_info:
            shown["exception"] = self.formatException(record.exc_info)
        return json.dumps(shown, ensure_ascii=False)
