"""Messages that are texts and a few members, no page: SMS, Viber, push.

Every text of such a message is a template of its own, wherever it stands among the members of its
channel (a button's label, a picture's address); nothing is escaped, since nothing is HTML.
Addresses known beforehand become short links where the message tracks them: in an SMS every
sign is paid for.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sanderling.messages import linking
from sanderling.messages.encoding import END_MARK, MARK
from sanderling.messages.models import Content
from sanderling.messages.names import Person
from sanderling.messages.preparing import prepare
from sanderling.messages.rendering import (
    TEXT,
    Links,
    Reads,
    Rendered,
    Renderer,
    chosen_language,
    parts_of,
    tools_for,
)

ADDRESS = re.compile(r"https?://[^\s<>\"'`\x00-\x1f]+", re.IGNORECASE)
END_OF_SENTENCE = ".,;:!?)]}»”"
NUMBERED = re.compile(f"{MARK}([0-9]+){END_MARK}")
# Where an address among the members is something to be followed, and not a picture.
FOLLOWED = frozenset({"link", "action"})
# In a preview, as long as a real one: contact and delivery of a big house, link, digest.
SAMPLE = "AbCdEfGhIjKlMnOpQrSt"
Shorten = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Short(Rendered):
    """A short message for one person; `details` are the members of its channel, rendered."""

    details: Mapping[str, Any] = field(default_factory=dict)


class ShortRenderer(Renderer):
    """A short content in one language, compiled."""

    def __init__(
        self,
        snapshot: Mapping[str, Any],
        *,
        language: str = "",
        time_zone: str = "UTC",
        is_numbered: bool = False,
    ) -> None:
        """With ``is_numbered`` known addresses are replaced by short links when rendering."""
        self.language = chosen_language(snapshot, language)
        self._snapshot = snapshot
        self._is_literal = False
        self._utm = snapshot["utm_campaign"]
        self._tools = tools_for(self.language, time_zone)
        self._numbers = snapshot["links"] if is_numbered and is_tracked(snapshot) else {}
        parts = parts_of(snapshot, self.language)
        self._subject = self._compiled("subject", self._said(parts["subject"]), TEXT)
        self._text = self._compiled("text", self._said(self._marked(parts["text"])), TEXT)
        self._members = details_of(snapshot, self.language)
        self._compiled_members = {
            place: self._compiled(
                place,
                self._said(self._marked(text) if _name(place) in FOLLOWED else text),
                TEXT,
            )
            for place, text in leaves(self._members)
        }
        self.reads = self._reads()
        self._plan = self._planned()

    def render(
        self,
        person: Person,
        data: Mapping[str, Any],
        links: Links,
        *,
        shorten: Shorten | None = None,
    ) -> Short:
        """Return the message for a person; ``shorten`` makes the address for a link's number."""
        context, tools = self.context(person, data, links), self._tools()
        made = {
            place: template.render(context, tools=tools)
            for place, template in {
                "subject": self._subject,
                "text": self._text,
                **self._compiled_members,
            }.items()
        }

        def final(place: str) -> str:
            return NUMBERED.sub(lambda found: (shorten or str)(int(found[1])), made[place].text)

        return Short(
            " ".join(final("subject").split()),
            "",
            final("text").strip(),
            tuple(warning for one in made.values() for warning in one.warnings),
            with_leaves(self._members, {place: final(place) for place in self._compiled_members}),
        )

    def _marked(self, source: str) -> str:
        """Put the number of each known address in its place."""
        if not self._numbers:
            return source
        clean = source.replace(MARK, "").replace(END_MARK, "")
        return ADDRESS.sub(self._mark, clean)

    def _mark(self, found: re.Match[str]) -> str:
        url = found[0].rstrip(END_OF_SENTENCE)
        number = self._numbers.get(_whole(url, self._snapshot)) if linking.is_static(url) else None
        if number is None:
            return found[0]
        return f"{MARK}{number}{END_MARK}{found[0][len(url) :]}"

    def _reads(self) -> Reads:
        every = [self._subject, self._text, *self._compiled_members.values()]
        reads = [template.reads for template in every]
        return Reads(
            names=frozenset[str]().union(*(read.roots | read.sources for read in reads)),
            every_source=any(read.all_sources or read.dynamic for read in reads),
            every_name=any(read.dynamic for read in reads),
        )


@lru_cache(maxsize=64)
def short_renderer_of(content_id: int, language: str) -> ShortRenderer:
    """Return the compiled content; a content never changes, so it is compiled once a process."""
    snapshot, zone = Content.objects.values_list("snapshot", "organisation__time_zone").get(
        pk=content_id
    )
    return ShortRenderer(snapshot, language=language, time_zone=zone, is_numbered=True)


def is_tracked(snapshot: Mapping[str, Any]) -> bool:
    """Whether the message wants to know who follows its links."""
    return bool(snapshot.get("details", {}).get("trackUrls"))


def links_in(snapshot: Mapping[str, Any]) -> list[str]:
    """Return the addresses of all languages that become short links."""
    if not is_tracked(snapshot):
        return []
    found: list[str] = []
    for language in ["", *snapshot["translations"]]:
        texts = [parts_of(snapshot, language)["text"]]
        members = leaves(details_of(snapshot, language))
        texts += [text for place, text in members if _name(place) in FOLLOWED]
        for text in texts:
            prepared = prepare(text, fields=snapshot["fields"]).text
            urls = (one.rstrip(END_OF_SENTENCE) for one in ADDRESS.findall(prepared))
            found += [_whole(url, snapshot) for url in urls if linking.is_static(url)]
    return linking.distinct(found)


def details_of(snapshot: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return the members of the channel; what a translation leaves out is the main version's."""
    main = snapshot.get("details") or {}
    translated = snapshot["translations"].get(language, {}).get("details") or {}
    return {
        **main,
        **{name: value for name, value in translated.items() if value not in (None, "")},
    }


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text among the members with its place (``buttons.0.label``)."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from leaves(part, f"{place}.{number}")


def with_leaves(value: Any, texts: Mapping[str, str], place: str = "") -> Any:
    """Return the members with other texts at their places."""
    if isinstance(value, str):
        return texts.get(place, value)
    if isinstance(value, dict):
        return {
            name: with_leaves(part, texts, f"{place}.{name}" if place else name)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [with_leaves(part, texts, f"{place}.{at}") for at, part in enumerate(value)]
    return value


def _name(place: str) -> str:
    return place.rpartition(".")[2]


def _whole(url: str, snapshot: Mapping[str, Any]) -> str:
    """Return the address as it will be opened: what is known beforehand holds no merge tags."""
    medium = snapshot["channel"].lower()
    return linking.with_utm(url, snapshot["utm_campaign"], medium=medium)
