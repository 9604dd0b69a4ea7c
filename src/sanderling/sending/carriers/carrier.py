"""What a carrier is: the same few things for every channel."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sanderling.channels.outcomes import Outcome
from sanderling.channels.receipts import Receipt
from sanderling.channels.reports import Report
from sanderling.sending.letters import Failure, Letter, Post, Row
from sanderling.sending.models import Gateway

Problems = dict[str, list[str]]
Settings = Mapping[str, Any]
Handed = Iterable[tuple[Letter, Receipt]]


# What a provider's call says: gateway, query, body, media type.
ReadReports = Callable[[Gateway, str, bytes, str], list[Report]]


class MakeLetters(Protocol):
    """Yields the letter of each row, or why there is none; ``data`` is by contact."""

    def __call__(
        self, post: Any, rows: Sequence[Row], *, data: Mapping[int, Mapping[str, Any]]
    ) -> Iterable[Letter | Failure]:
        """Yield them in the order of the rows, lazily or not."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that a kind of gateway wants to know; the page and the API ask for it."""

    name: str
    label: Any  # a lazy translation
    hint: Any = ""
    is_secret: bool = False
    is_required: bool = False
    is_long: bool = False
    is_json: bool = False
    usual: Any = ""


def _no_problems(settings: Settings, secret: Mapping[str, str]) -> Problems:
    return {}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of gateway of a channel: what it asks for, and what is wrong with the answers."""

    title: Any
    words: Any
    asks: tuple[Asked, ...] = ()
    check: Callable[[Settings, Mapping[str, str]], Problems] = field(default=_no_problems)

    def problems(self, settings: Settings, secret: Mapping[str, str]) -> Problems:
        """Return what is wrong, by setting."""
        known = {asked.name for asked in self.asks}
        found: Problems = {
            name: ["This kind of gateway has no such setting."]
            for name in [*settings, *secret]
            if name not in known
        }
        for asked in self.asks:
            given = secret if asked.is_secret else settings
            if asked.is_required and not given.get(asked.name):
                found[asked.name] = ["This is needed."]
        return found or self.check(settings, secret)


@dataclass(frozen=True)
class Carrier:
    """How the messages of a channel leave.

    ``values_of`` gives what only this channel's engine is told.  ``has_reports``: whether what a
    gateway takes is told of again later; otherwise taken is delivered, which is all that will
    ever be known.  ``bury`` is told of addresses that the gateway says nobody has, each with
    its contact.
    """

    channel: str
    post: type[Post]
    letters_of: MakeLetters
    hand_over: Callable[[Any, Sequence[Letter]], Handed]
    outcome_of: Callable[[Receipt], Outcome]
    values_of: Callable[[Post, Row, Any], dict[str, Any]] = lambda post, row, rendered: {}
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    has_reports: Callable[[Gateway], bool] = lambda gateway: False
    read_reports: ReadReports = lambda gateway, query, body, media: []
    bury: Callable[[int, Mapping[str, int]], None] = lambda organisation_id, addresses: None
