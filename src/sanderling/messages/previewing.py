"""A message as somebody will see it, with the rows that their tables hold right now.

What sending would count as a warning is a problem here: the author is still at the desk.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings

from sanderling import velocity
from sanderling.accounts.models import Organisation
from sanderling.lib.errors import NotFound
from sanderling.messages import checking
from sanderling.messages.models import Channel
from sanderling.messages.names import Person
from sanderling.messages.preparing import prepare
from sanderling.messages.problems import Problem, of_error, of_warning
from sanderling.messages.rendering import HTML, Links, Renderer, parts_of
from sanderling.messages.short import ADDRESS, SAMPLE, Short, ShortRenderer, is_tracked
from sanderling.messages.sourcing import sources_read
from sanderling.postgres.statements import Statements, fetch_dicts
from sanderling.sources.fetching import SourceUnavailable, cut_contacts, rows_for

STATEMENTS = Statements(__package__)


@dataclass(frozen=True)
class Preview:
    """What the editor shows beside the text."""

    subject: str = ""
    preheader: str = ""
    html: str = ""
    text: str = ""
    problems: list[Problem] = field(default_factory=list)
    given: Mapping[str, Any] = field(default_factory=dict)  # what the template saw as ``data``
    details: Mapping[str, Any] = field(default_factory=dict)  # the members of a short message


def preview(
    organisation_id: int,
    snapshot: Mapping[str, Any],
    *,
    contact_id: int | None = None,
    params: Mapping[str, Any] | None = None,
    language: str = "",
) -> Preview:
    """Return a draft rendered for a contact, with every problem at its line and column.

    ``snapshot``: of ``freezing.draft``.  Without a contact all its fields are empty; ``params``
    stands for the data of a trigger.  Raises NotFound for a contact that is not ours.
    """
    person = _person(organisation_id, contact_id)
    wanted = language or str(person["language"])
    try:
        renderer = _renderer(organisation_id, snapshot, wanted)
        preheader = _preheader(snapshot, wanted)
    except velocity.VelocityError as error:
        return Preview(problems=_of_templates(organisation_id, snapshot, wanted, error))
    given, problems = _given(organisation_id, renderer, contact_id, params)
    shown = _rendered(renderer, snapshot, person, given)
    return replace(
        shown,
        preheader=_preheader_of(preheader, renderer, person, given),
        problems=problems + shown.problems,
    )


def problems_for(
    organisation_id: int, snapshot: Mapping[str, Any], contact_ids: Sequence[int]
) -> list[tuple[str, int]]:
    """Render for many contacts at once (a dry run); return problems, and how many have each.

    What goes wrong at one place is one problem, in the words of the first who has it.
    Raises SourceUnavailable: without its rows a dry run says nothing.
    """
    people = _people(organisation_id, contact_ids)
    counts: Counter[tuple[str, int]] = Counter()
    words: dict[tuple[str, int], str] = {}
    renderers: dict[str, Renderer] = {}
    for person in people:
        wanted = str(person["language"])
        if wanted not in renderers:
            renderers[wanted] = _renderer(organisation_id, snapshot, wanted)
    reads = [renderer.reads for renderer in renderers.values()]
    sources = sources_read(organisation_id, reads)
    ids = [person["contact_id"] for person in people]
    rows = {name: rows_for([source], ids)[source.pk] for source, name in sources}
    for person in people:
        given = {name: found[person["contact_id"]] for name, found in rows.items()}
        shown = _rendered(renderers[str(person["language"])], snapshot, person, given)
        for problem in shown.problems:
            words.setdefault((problem.part, problem.line), str(problem))
        counts.update({(problem.part, problem.line) for problem in shown.problems})
    return [(words[place], count) for place, count in counts.most_common()]


def _rendered(
    renderer: Renderer, snapshot: Mapping[str, Any], person: Person, given: Mapping[str, Any]
) -> Preview:
    parts, fields = parts_of(snapshot, renderer.language), snapshot["fields"]
    try:
        page = renderer.render(person, given, _links())
    except velocity.VelocityError as error:
        source = parts.get(error.template, "")
        return Preview(problems=[of_error(error, source, fields=fields)], given=given)
    problems = [of_warning(warning, parts, fields=fields) for warning in page.warnings]
    details = page.details if isinstance(page, Short) else {}
    text = page.text
    if is_tracked(snapshot):
        text = ADDRESS.sub(f"{settings.BASE_URL}/l/{SAMPLE}", text)  # as long as it will be
    return Preview(page.subject, "", page.html, text, _distinct(problems), given, details)


def _of_templates(
    organisation_id: int, snapshot: Mapping[str, Any], language: str, first: velocity.VelocityError
) -> list[Problem]:
    """Everything that is wrong with the texts, not only what stopped the rendering."""
    source = parts_of(snapshot, language).get(first.template, "")
    stopped = of_error(first, source, fields=snapshot["fields"])
    written = language if language in snapshot["translations"] else ""
    found = [
        replace(problem, language="")
        for problem in checking.problems_in(organisation_id, snapshot)
        if problem.line and problem.language == written
    ]
    place = (stopped.part, stopped.line, stopped.column)
    is_told = place in {(each.part, each.line, each.column) for each in found}
    return found if is_told else [stopped, *found]


def _distinct(problems: list[Problem]) -> list[Problem]:
    """The text part is made from the page: what is wrong there is said once."""
    pages = {problem.message for problem in problems if problem.part == "html"}
    return [
        problem
        for problem in dict.fromkeys(problems)
        if problem.part != "text" or problem.message not in pages
    ]


def _given(
    organisation_id: int,
    renderer: Renderer,
    contact_id: int | None,
    params: Mapping[str, Any] | None,
) -> tuple[dict[str, Any], list[Problem]]:
    given, problems = dict(params or {}), []
    for source, name in sources_read(organisation_id, [renderer.reads]):
        if name in given:
            continue
        given[name] = []
        if contact_id is None:
            continue
        try:
            given[name] = rows_for([source], [contact_id])[source.pk][contact_id]
            if cut_contacts(source, [contact_id]):
                most = source.rows_per_contact
                words = f"“{source.name}” has more rows of this contact; a message sees {most}."
                problems.append(Problem("data", words, is_fatal=False))
        except SourceUnavailable as outage:
            problems.append(Problem("data", outage.message, is_fatal=False))
    return given, problems


def _renderer(organisation_id: int, snapshot: Mapping[str, Any], language: str) -> Renderer:
    zone = Organisation.objects.values_list("time_zone", flat=True).get(pk=organisation_id)
    lenient = dict(snapshot) | {"is_strict": False}
    if snapshot["channel"] != Channel.EMAIL:
        return ShortRenderer(lenient, language=language, time_zone=zone)
    return Renderer(lenient, language=language, time_zone=zone)


def _preheader(snapshot: Mapping[str, Any], language: str) -> velocity.Template:
    source = parts_of(snapshot, language)["preheader"]
    text = prepare(source, fields=snapshot["fields"]).text
    return velocity.compile(text, name="preheader", options=HTML)


def _preheader_of(
    template: velocity.Template, renderer: Renderer, person: Person, given: Mapping[str, Any]
) -> str:
    try:
        return template.render(renderer.context(person, given, _links())).text
    except velocity.VelocityError:
        return ""  # it stands in the page too, where its problem is shown


def _person(organisation_id: int, contact_id: int | None) -> Person:
    if contact_id is None:
        return _Nobody()
    people = _people(organisation_id, [contact_id])
    if not people:
        raise NotFound("There is no such contact.")
    return people[0]


def _people(organisation_id: int, contact_ids: Sequence[int]) -> list[dict[str, Any]]:
    params = {"organisation_id": organisation_id, "contact_ids": list(contact_ids)}
    return fetch_dicts(STATEMENTS["read_people"], params)


class _Nobody(dict[str, Any]):
    """A person of whom nothing is known."""

    def __missing__(self, column: str) -> Any:
        return {} if column == "fields" else ""


def _links() -> Links:
    base = settings.BASE_URL
    return Links(
        click=base, open="", unsubscribe=f"{base}/u/preview", view=f"{base}/v/preview", sign=str
    )
