"""Log lines that can be followed: each carries the ids of its request, organisation and job."""

import contextlib
import json
import logging
from collections.abc import Iterator
from contextvars import ContextVar

_trace: ContextVar[dict[str, str]] = ContextVar("trace", default={})  # noqa: B039 - never mutated


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
        """Keep every record."""
        record.trace = _trace.get()
        return True


class LineFormatter(logging.Formatter):
    """One readable line: time, level, logger, message, ids."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line with its ids behind it."""
        ids = getattr(record, "trace", {})
        behind = "".join(f" {name}={value}" for name, value in ids.items())
        return super().formatMessage(record) + behind


class JsonFormatter(logging.Formatter):
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
