"""What writing counts."""

from dataclasses import dataclass


@dataclass
class Counts:
    """Rows that came, rows that were written because they differ, rows deleted, bytes sent."""

    read: int = 0
    written: int = 0
    deleted: int = 0
    bytes: int = 0
