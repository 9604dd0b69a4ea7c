"""Files that any worker on any machine must be able to read: they live in the database.

A local disk would tie an import to the machine that took the upload; a large object would
need its own rights and clean-up.  Chunks of one megabyte stream in and out in constant memory.
"""

from django.db import models


class StoredFile(models.Model):
    """A file that an organisation gave us or that we made for it."""

    organisation_id = models.BigIntegerField()
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100, default="application/octet-stream")
    size = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "postgres_file"

    def __str__(self) -> str:
        return self.name


class FileChunk(models.Model):
    """One megabyte of a file."""

    pk = models.CompositePrimaryKey("file_id", "number")
    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE)
    number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        db_table = "postgres_filechunk"

    def __str__(self) -> str:
        return f"{self.file_id}/{self.number}"
