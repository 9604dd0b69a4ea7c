"""Rows of any length become a file: most of them many at once, a long one by itself."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sanderling.connectors.drivers.bigquery import loading, parquet
from sanderling.connectors.drivers.bigquery.explaining import Refusal
from sanderling.connectors.drivers.bigquery.tables import Target
from sanderling.connectors.drivers.chunks import Chunk, Place

TYPES = {"id": "INT64", "text": "STRING"}
PLACE = Place("owner", 1, "source", 0)


def filled(texts, **target):
    """Return the rows of a file of these texts, and what was noted."""

    def rows(_names):
        for number, text in enumerate(texts):
            yield f"{number}\t{text}\n".encode()

    file = io.BytesIO()
    wanted = Target("lines", TYPES, key=("id",), **target)
    written, count = loading.filled(file, wanted, TYPES, Chunk(PLACE, PLACE, rows))
    assert written.rows == count == len(texts)
    found = pq.read_table(io.BytesIO(file.getvalue())).column("text").to_pylist()
    return found, list(loading._notes(written))


def test_rows_keep_their_order_over_many_blocks_and_groups(monkeypatch):
    monkeypatch.setattr(parquet, "BLOCK", 100)
    monkeypatch.setattr(parquet, "GROUP", 30)
    texts = [f"text {number}" for number in range(1000)]
    assert filled(texts) == (texts, [])


def test_a_row_longer_than_two_blocks_is_taken_by_itself():
    texts = ["a", "b" * (3 << 20), "c"]
    assert filled(texts) == (texts, [])


def test_texts_that_were_cut_are_told_with_the_rows_they_belong_to(monkeypatch):
    monkeypatch.setattr(parquet, "BLOCK", 1 << 10)
    texts = ["a", *["b" * 5000] * 5, "c" * 4999]
    found, (note,) = filled(texts, limits={"text": 5000})
    assert found == texts
    assert note == (
        '5 values of "text" have 5000 characters or more and were cut to that, because BigQuery '
        "takes no row so long: id 1; id 2; id 3."
    )


def test_a_row_that_is_too_long_is_refused_in_words_and_no_more_are_asked_for(monkeypatch):
    monkeypatch.setattr(parquet, "LONGEST", 1 << 10)
    ends = []

    def rows(_names):
        try:
            for number in range(3):
                yield f"{number}\t{'x' * 10_000}\n".encode()
        finally:
            ends.append(number)

    with pytest.raises(Refusal, match='A row of "lines" is longer than'):
        loading.filled(io.BytesIO(), Target("lines", TYPES), TYPES, Chunk(PLACE, PLACE, rows))
    assert ends == [0]


def test_rows_are_broken_off_when_the_file_cannot_be_written(monkeypatch):
    monkeypatch.setattr(parquet, "BLOCK", 1)
    came = []

    def rows(_names):
        try:
            while len(came) < 1000:
                came.append(1)
                yield b"no number\tx\n"
        finally:
            came.append("end")

    with pytest.raises(pa.ArrowInvalid, match="conversion error to int64"):
        loading.filled(io.BytesIO(), Target("lines", TYPES), TYPES, Chunk(PLACE, PLACE, rows))
    assert len(came) < 10
    assert came[-1] == "end"
