import pytest

from sanderling.postgres import files
from sanderling.postgres.models import FileChunk, StoredFile


def test_a_file_comes_back_as_it_went_in(db):
    pieces = [bytes([n % 251]) * (300_000 + n) for n in range(9)]
    heard = []
    file = files.store(1, "x" * 300 + ".csv", chunks=iter(pieces))
    assert file.size == sum(map(len, pieces))
    assert len(file.name) == 255
    assert FileChunk.objects.filter(file=file).count() == 3
    assert b"".join(files.chunks_of(file)) == b"".join(pieces)
    assert files.opened(file, on_read=heard.append).read() == b"".join(pieces)
    assert sum(heard) == file.size


def test_nothing_of_a_file_that_is_too_large_is_kept(db):
    with pytest.raises(files.TooLarge, match="larger than 1 MB"):
        files.store(1, "big", chunks=[b"x" * 600_000] * 2, limit=files.CHUNK)
    assert StoredFile.objects.count() == 0


def test_a_deleted_file_leaves_no_chunk(db):
    file = files.store(1, "small", chunks=[b"abc", b"", b"def"])
    assert files.content_of(file) == b"abcdef"
    files.delete(file)
    assert FileChunk.objects.count() == StoredFile.objects.count() == 0
