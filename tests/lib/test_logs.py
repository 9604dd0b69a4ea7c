"""Lines of log: one by one, or many by one write; always in UTC and with their ids."""

import io
import json
import logging

import pytest

from sanderling.lib.logs import JsonFormatter, LineFormatter, Stream, TraceFilter, together, traced


class Counted(io.StringIO):
    """A stream that knows how often it was written to."""

    writes = 0

    def write(self, text):
        self.writes += 1
        return super().write(text)


@pytest.fixture(params=[LineFormatter, JsonFormatter])
def logger(request):
    handler = Stream(Counted())
    handler.setFormatter(request.param())
    handler.addFilter(TraceFilter())
    logger = logging.Logger("here")
    logger.addHandler(handler)
    return logger


def lines_of(logger):
    return logger.handlers[0].stream.getvalue().splitlines()


def test_what_is_logged_together_is_one_write_and_the_same_lines(logger):
    stream = logger.handlers[0].stream
    with together():
        for number in range(5):
            with traced(request=number):
                logger.info("Call %d", number)
        assert stream.writes == 0
    assert stream.writes == 1
    assert len(lines_of(logger)) == 5
    logger.warning("Alone")
    assert stream.writes == 2
    assert "Alone" in lines_of(logger)[5]


def test_lines_of_a_block_that_fails_are_not_lost(logger):
    def fail():
        with together():
            logger.info("Before")
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()
    assert "Before" in lines_of(logger)[0]


def test_times_are_in_utc_and_ids_are_there(logger):
    record = logger.makeRecord("here", logging.INFO, "", 0, "Hello", (), None)
    record.created, record.msecs = 1_767_225_599.25, 250.0
    with traced(request="r-1"):
        logger.handle(record)
    (line,) = lines_of(logger)
    if line.startswith("{"):
        assert json.loads(line) == {
            "at": "2025-12-31T23:59:59.250Z", "level": "INFO", "logger": "here",
            "message": "Hello", "request": "r-1",
        }  # fmt: skip
    else:
        assert line == "2025-12-31T23:59:59.250Z INFO here Hello request=r-1"
