"""Rows of any length become a file: most of them by way of small blocks, a long one by larger."""

import io

import pyarrow.parquet as pq
import pytest

from sanderling.connectors.drivers.bigquery import loading, parquet
from sanderling.connectors.drivers.bigquery.explaining import Refusal
from sanderling.connectors.drivers.bigquery.tables import Target
from sanderling.connectors.drivers.chunks import Chunk, Place

TYPES = {"id": "INT64", "text": "STRING"}
PLACE = Place("owner", 1, "source", 0)


def filled(texts, **target):
    """Return the rows of a file of these texts, what was noted, and how often they were asked."""
    asked = []

    def rows(_names):
        asked.append(None)
        for number, text in enumerate(texts):
            yield f'{number},"{text}"\n'.encode()

    file = io.BytesIO()
    wanted = Target("lines", TYPES, key=("id",), **target)
    written, count = loading._filled(file, wanted, TYPES, Chunk(PLACE, PLACE, rows))
    assert written.rows == count == len(texts)
    found = pq.read_table(io.BytesIO(file.getvalue())).column("text").to_pylist()
    return found, list(loading._notes(written)), len(asked)


def test_short_rows_are_asked_for_once():
    assert filled(["a", "b"]) == (["a", "b"], [], 1)


def test_a_row_longer_than_two_blocks_is_read_again_in_larger_ones():
    texts = ["a", "b" * (3 << 20), "c"]
    assert filled(texts) == (texts, [], 2)


def test_texts_that_were_cut_are_told_with_the_rows_they_belong_to(monkeypatch):
    monkeypatch.setattr(parquet, "BLOCKS", (1 << 10, 1 << 20))
    texts = ["a", *["b" * 5000] * 5, "c" * 4999]
    found, (note,), times = filled(texts, limits={"text": 5000})
    assert (found, times) == (texts, 2)
    assert note == (
        '5 values of "text" have 5000 characters or more and were cut to that, because BigQuery '
        "takes no row so long: id 1; id 2; id 3."
    )


def test_what_fits_no_block_is_refused_in_words_and_every_row_was_taken(monkeypatch):
    """A COPY that is broken off would spoil the transaction that reads both rows and parents."""
    monkeypatch.setattr(parquet, "BLOCKS", (1 << 8, 1 << 10))
    taken = []

    def rows(_names):
        for number in range(3):
            taken.append(number)
            yield f"{number},{'x' * 10_000}\n".encode()

    with pytest.raises(Refusal, match='A row of "lines" is longer than'):
        loading._filled(io.BytesIO(), Target("lines", TYPES), TYPES, Chunk(PLACE, PLACE, rows))
    assert taken == [0, 1, 2] * 2
