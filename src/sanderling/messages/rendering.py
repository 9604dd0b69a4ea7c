"""One person's message: subject, page and text, from a content compiled once.

What a template may name (its *context*): the contact's fields at the top level in any letter
case, ``data`` with the rows of the sources or the parameters of a trigger, each key of ``data``
also at the top level (there it beats a contact field), ``unsubscribeUrl`` and ``viewUrl``.
Only the names that the template reads are looked up, once per template and not per person.
"""

import datetime as dt
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from typing import Any

from sanderling import velocity
from sanderling.messages import linking, names, plain
from sanderling.messages.encoding import MARK, Body, EncodedPart
from sanderling.messages.models import Content
from sanderling.messages.names import Getter, Person
from sanderling.messages.preparing import prepare
from sanderling.velocity.errors import MethodFailed

BODY_OPEN = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)
PIXEL = '<img src="$!{openUrl}" width="1" height="1" alt="" style="display:none">'
PREHEADER = (
    '<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">{}'
    # Without these, readers fill the preview line with the beginning of the page.
    + "&#847;&zwnj;&nbsp;" * 40
    + "</div>"
)
BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")

HTML = velocity.Options(
    escaping=velocity.Escaping.HTML,
    undefined=velocity.Undefined.EMPTY,
    html_comments=True,
    velocity_count=True,
)
# Names that every template may use beside contact and data.
OFFERED = frozenset(
    {"data", "unsubscribeUrl", "preferencesUrl", "viewUrl", "clickUrl", "openUrl"}
    | set(velocity.default_tools(now=dt.datetime.now(dt.UTC)))
)
TEXT = velocity.Options(undefined=velocity.Undefined.EMPTY, velocity_count=True)


@dataclass(frozen=True, slots=True)
class Links:
    """The tracked addresses of one delivery; ``sign`` makes the word for an address from data."""

    click: str
    open: str
    unsubscribe: str
    view: str
    sign: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message for one person."""

    subject: str
    html: str
    text: str
    warnings: tuple[velocity.RenderWarning, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Encoded:
    """The same message with bodies that are bytes already, where that was worth it."""

    subject: str
    html: Body
    text: Body
    warnings: tuple[velocity.RenderWarning, ...]


@dataclass(frozen=True, slots=True)
class Reads:
    """What a message needs: ``names`` are top-level names and literal keys of ``data``."""

    names: frozenset[str]
    every_source: bool  # ``data`` is used in a way that could mean any of them
    every_name: bool


class Renderer:
    """A content in one language, compiled."""

    def __init__(
        self,
        snapshot: Mapping[str, Any],
        *,
        language: str = "",
        time_zone: str = "UTC",
        number_of: Callable[[int], str] | None = None,
    ) -> None:
        """``number_of`` signs a link's number for use in an address; ``time_zone`` is of dates.

        Without ``number_of`` nothing is tracked: links stay as they are, no preheader, no pixel,
        so that a preview's errors stand where the author wrote them.
        """
        self.language = chosen_language(snapshot, language)
        self._snapshot = snapshot
        self._is_literal = is_literal(snapshot)
        self._utm = snapshot["utm_campaign"]
        self._tools = tools_for(self.language, time_zone)
        self._number_of = number_of
        parts = parts_of(snapshot, self.language)
        page = self._tracked(parts["html"])
        whole = _with_preheader(page, self._said(parts["preheader"]))
        whole = _with_pixel(whole) if number_of else page
        self._subject = self._compiled("subject", self._said(parts["subject"]), TEXT)
        self._html = self._compiled("html", whole, HTML) if page else None
        self._text = self._compiled("text", self._plain(parts, page), TEXT)
        self.reads = self._reads()
        self._plan = self._planned()
        self._letters = 0
        self._is_marked = MARK in whole

    def render(self, person: Person, data: Mapping[str, Any], links: Links) -> Rendered:
        """Return the message for a person.

        ``person``: columns of a contact as ``sending/sql/read_batch.sql`` names them.  Raises
        velocity.VelocityError where the message is strict and something is missing.
        """
        context, tools = self.context(person, data, links), self._tools()
        subject = self._subject.render(context, tools=tools)
        text = self._text.render(context, tools=tools)
        page = self._html.render(context, tools=tools) if self._html else None
        warnings = (*subject.warnings, *text.warnings, *(page.warnings if page else ()))
        return Rendered(
            _one_line(subject.text),
            self._resolved(page.text, links, is_html=True) if page else "",
            self._resolved(text.text, links, is_html=False),
            warnings,
        )

    def encode(self, person: Person, data: Mapping[str, Any], links: Links) -> Encoded:
        """Return the same message as ``render``, encoded for the wire while it is rendered."""
        context, tools = self.context(person, data, links), self._tools()
        subject = self._subject.render(context, tools=tools)
        text = self._encoded_text.render(context, tools)
        page = self._encoded_html.render(context, tools) if self._encoded_html else None
        warnings = (*subject.warnings, *text.warnings, *(page.warnings if page else ()))
        return Encoded(
            _one_line(subject.text),
            self._resolved_body(page.body, links, is_html=True) if page else "",
            self._resolved_body(text.body, links, is_html=False),
            warnings,
        )

    def letter(
        self, person: Person, data: Mapping[str, Any], links: Links, *, for_many: bool
    ) -> Rendered | Encoded:
        """Return the message by the road that is worth it: ``for_many`` is a whole chunk of them.

        Encoding ahead costs some 20 ms once, so what is sent now and then is only rendered.
        """
        self._letters += 1
        if for_many or self._letters > velocity.HOT_AFTER:
            return self.encode(person, data, links)
        return self.render(person, data, links)

    @cached_property
    def _encoded_text(self) -> EncodedPart:
        return EncodedPart(self._text)

    @cached_property
    def _encoded_html(self) -> EncodedPart | None:
        return EncodedPart(self._html) if self._html else None

    def _tracked(self, page: str) -> str:
        said = self._said(page)
        if self._number_of is None or not tracks_links(self._snapshot):
            return said
        numbers = {url: self._number_of(link) for url, link in self._snapshot["links"].items()}
        if self._is_literal:
            return linking.track_literal(page, numbers=numbers, utm_campaign=self._utm)
        return linking.track(said, numbers=numbers, utm_campaign=self._utm)

    def _plain(self, parts: Mapping[str, str], page: str) -> str:
        """Return the plain text as a template: the author's, or what the page says."""
        if self._is_literal:
            return linking.literal(parts["text"] or plain.text_of(parts["html"]))
        return self._said(parts["text"]) or plain.text_of(page)

    def _said(self, source: str) -> str:
        """Return a part as a template: its merge tags replaced, or letter by letter."""
        if self._is_literal:
            return linking.literal(source)
        return prepare(source, fields=self._snapshot["fields"]).text

    def _compiled(self, name: str, text: str, options: velocity.Options) -> velocity.Template:
        return velocity.compile(
            text, name=name, options=replace(options, strict=self._snapshot["is_strict"])
        )

    def _reads(self) -> Reads:
        templates = [self._subject, self._text, *([self._html] if self._html else [])]
        reads = [template.reads for template in templates]
        return Reads(
            names=frozenset[str]().union(*(read.roots | read.sources for read in reads)),
            every_source=any(read.all_sources or read.dynamic for read in reads),
            every_name=any(read.dynamic for read in reads),
        )

    def _planned(self) -> list[tuple[str, Getter]]:
        """Return how to look up each name of the contact that the template reads."""
        wanted = self.reads.names | (names.WRITTEN if self.reads.every_name else frozenset())
        getters = [(name, names.getter_of(name, self._snapshot["fields"])) for name in wanted]
        return [(name, getter) for name, getter in getters if getter]

    def context(self, person: Person, data: Mapping[str, Any], links: Links) -> dict[str, Any]:
        """Return what the template may name; see the module's docstring."""
        context: dict[str, Any] = {name: getter(person) for name, getter in self._plan}
        context.update(data)
        context["data"] = data
        context["clickUrl"] = links.click
        context["openUrl"] = links.open
        context["unsubscribeUrl"] = links.unsubscribe
        context["preferencesUrl"] = f"{links.unsubscribe}/preferences"
        context["viewUrl"] = links.view
        return context

    def _resolved(self, rendered: str, links: Links, *, is_html: bool) -> str:
        if not self._is_marked:
            return rendered
        redirect = linking.Redirect(links.click, links.sign, self._utm)
        return linking.resolve_marked(rendered, redirect, is_html=is_html)

    def _resolved_body(self, body: Body, links: Links, *, is_html: bool) -> Body:
        if not self._is_marked:
            return body
        redirect = linking.Redirect(links.click, links.sign, self._utm)
        if isinstance(body, str):
            return linking.resolve_marked(body, redirect, is_html=is_html)
        return linking.resolve_encoded(body, redirect, is_html=is_html)


@lru_cache(maxsize=64)
def renderer_of(content_id: int, language: str, number_of: Callable[[int], str]) -> Renderer:
    """Return the compiled content; a content never changes, so it is compiled once a process."""
    snapshot, zone = Content.objects.values_list("snapshot", "organisation__time_zone").get(
        pk=content_id
    )
    return Renderer(snapshot, language=language, time_zone=zone, number_of=number_of)


def chosen_language(snapshot: Mapping[str, Any], wanted: str) -> str:
    """Return the translation for a reader's language ("uk-UA" finds "uk"), or the main one."""
    translations = {language.lower(): language for language in snapshot["translations"]}
    key = wanted.lower().replace("_", "-")
    for candidate in (key, key.partition("-")[0]):
        if candidate and candidate in translations:
            return str(translations[candidate])
    return str(snapshot["language"])


def is_literal(snapshot: Mapping[str, Any]) -> bool:
    """Whether the letter's text is said as it stands (``skipPersonalisation`` of the API)."""
    return bool((snapshot.get("details") or {}).get("skipPersonalisation"))


def tracks_links(snapshot: Mapping[str, Any]) -> bool:
    """Whether clicks are counted: in letters always, unless a program has said no."""
    return (snapshot.get("details") or {}).get("trackUrls") is not False


def tools_for(language: str, time_zone: str) -> Callable[[], Mapping[str, object]]:
    """Return how to get the tools of this moment; all messages of a second share them."""

    @lru_cache(maxsize=1)
    def made(second: int, locale: str) -> Mapping[str, object]:
        now = dt.datetime.fromtimestamp(second, dt.UTC)
        return velocity.default_tools(now=now, locale=locale, time_zone=time_zone)

    def tools(locale: str = language or "en") -> Mapping[str, object]:
        return made(int(time.time()), locale)

    try:
        tools()
    except MethodFailed:
        return partial(tools, "en")  # a language that no locale is known for
    return tools


def parts_of(snapshot: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return subject, preheader, html and text; what a translation leaves out is the main one's."""
    main = {part: snapshot[part] for part in ("subject", "preheader", "html", "text")}
    translated = snapshot["translations"].get(language, {})
    if translated.get("html"):
        main["text"] = ""  # the main text would be in the wrong language
    return main | {part: text for part, text in translated.items() if text}


def _one_line(subject: str) -> str:
    return BREAKS.sub(" ", subject).strip()


def _with_preheader(page: str, preheader: str) -> str:
    if not page or not preheader:
        return page
    body = BODY_OPEN.search(page)
    at = body.end() if body else 0
    return page[:at] + PREHEADER.replace("{}", preheader) + page[at:]


def _with_pixel(page: str) -> str:
    if not page:
        return page
    end = BODY_END.search(page)
    at = end.start() if end else len(page)
    return page[:at] + PIXEL + page[at:]
