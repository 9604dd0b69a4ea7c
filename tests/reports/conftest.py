"""The same campaign as in the tests of broadcasts."""

from broadcasts.conftest import broadcast, message, readers

__all__ = ["broadcast", "message", "readers"]
