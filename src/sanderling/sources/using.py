"""Who uses a source, asked of rooms above that this room does not know.

Segments and messages lie higher, so they come here at start and say how to look
(``users.register``); deleting a source then names every use.
"""

from collections.abc import Callable

Finder = Callable[[int, int], list[str]]


class Users:
    """Ways to find out who uses a thing: (organisation id, thing's id) → sentences."""

    def __init__(self) -> None:
        self._finders: dict[str, Finder] = {}

    def register(self, name: str, finder: Finder) -> None:
        """Let a room tell its uses; twice is once."""
        self._finders[name] = finder

    def of(self, organisation_id: int, thing_id: int) -> list[str]:
        """Return every use, in words such as "segment “Birthday today”"."""
        return [
            use for finder in self._finders.values() for use in finder(organisation_id, thing_id)
        ]


users = Users()
