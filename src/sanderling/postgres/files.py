"""Files in and out of the database, a megabyte at a time.

Whatever is uploaded on one machine is read on another, and a file of 300 MB never stands in
memory as a whole (``models.StoredFile`` says why it is not a disk, nor a large object).
"""

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import transaction

from sanderling.lib.errors import SanderlingError
from sanderling.postgres.copying import copy_rows
from sanderling.postgres.models import FileChunk, StoredFile
from sanderling.postgres.statements import fetch_value, own_connection

CHUNK = 1024 * 1024
READ_CHUNK = """
SELECT content FROM postgres_filechunk WHERE file_id = %(file_id)s AND number = %(number)s
"""


class TooLarge(SanderlingError):
    """The file is larger than this installation takes."""

    status = 413
    code = "too_large"


@transaction.atomic
def store(
    organisation_id: int,
    name: str,
    *,
    chunks: Iterable[bytes],
    content_type: str = "application/octet-stream",
    limit: int | None = None,
) -> StoredFile:
    """Keep a file that comes in pieces of any size; raises TooLarge, keeping nothing."""
    file = StoredFile.objects.create(
        organisation_id=organisation_id, name=name[-255:], content_type=content_type[:100]
    )
    with_size = _Counted(_even(chunks), limit)
    copy_rows(
        own_connection(),
        "postgres_filechunk",
        columns=("file_id", "number", "content"),
        rows=((file.pk, number, chunk) for number, chunk in enumerate(with_size)),
    )
    file.size = with_size.size
    file.save(update_fields=["size"])
    return file


def chunks_of(file: StoredFile) -> Iterator[bytes]:
    """Yield the file's megabytes; each is a query of its own, so a transaction may end between."""
    number = 0
    while (chunk := _chunk(file.pk, number)) is not None:
        yield chunk
        number += 1


def opened(file: StoredFile, *, on_read: Callable[[int], None] | None = None) -> io.BufferedReader:
    """Return the file as a binary stream; `on_read` hears the size of every chunk that is read."""
    return io.BufferedReader(_Stream(chunks_of(file), on_read), CHUNK)


def content_of(file: StoredFile) -> bytes:
    """Return a small file as a whole."""
    return b"".join(chunks_of(file))


def delete(file: StoredFile) -> None:
    """Remove a file with its content."""
    FileChunk.objects.filter(file=file).delete()
    file.delete()


def _chunk(file_id: int, number: int) -> bytes | None:
    found = fetch_value(READ_CHUNK, {"file_id": file_id, "number": number})
    return None if found is None else bytes(found)


def _even(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in chunks of one megabyte."""
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        while len(buffer) >= CHUNK:
            yield bytes(buffer[:CHUNK])
            del buffer[:CHUNK]
    if buffer:
        yield bytes(buffer)


class _Counted:
    """Chunks that are counted, and cut off at the limit."""

    def __init__(self, chunks: Iterator[bytes], limit: int | None) -> None:
        self.size = 0
        self._chunks = chunks
        self._limit = limit

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            if self._limit is not None and self.size > self._limit:
                raise TooLarge(f"The file is larger than {self._limit // CHUNK} MB.")
            yield chunk


class _Stream(io.RawIOBase):
    """A raw stream over chunks; the standard library does the rest."""

    def __init__(
        self, chunks: Iterator[bytes], on_read: Callable[[int], None] | None = None
    ) -> None:
        self._chunks = chunks
        self._left = b""
        self._on_read = on_read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            self._left = next(self._chunks, b"")
            if self._on_read and self._left:
                self._on_read(len(self._left))
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size
