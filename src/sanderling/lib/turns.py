"""A queue in which everybody has a turn: whoever leaves much waits behind whoever leaves little."""

from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Turns(Generic[Item]):
    """Items wait by whose they are; taken one of each in turn, each one's own in their order."""

    def __init__(self) -> None:
        self._queues: dict[Hashable, deque[Item]] = {}
        self._waiting = 0

    def __len__(self) -> int:
        return self._waiting

    def put(self, whose: Hashable, item: Item) -> None:
        """Leave an item behind all others of the same one."""
        if (queue := self._queues.get(whose)) is None:
            queue = self._queues[whose] = deque()
        queue.append(item)
        self._waiting += 1

    def take(self, most: int) -> list[Item]:
        """Take up to so many items; who had a turn waits behind all who wait."""
        if self._waiting <= most:
            return self._take_all()
        taken = []
        for _ in range(most):
            whose = next(iter(self._queues))
            queue = self._queues.pop(whose)
            taken.append(queue.popleft())
            if queue:
                self._queues[whose] = queue
        self._waiting -= most
        return taken

    def _take_all(self) -> list[Item]:
        taken = [item for queue in self._queues.values() for item in queue]
        self._queues.clear()
        self._waiting = 0
        return taken
