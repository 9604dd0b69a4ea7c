"""Webhook: call an address outside, and keep what it answers for the blocks after it."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanderling.lib.errors import SanderlingError
from sanderling.lib.hosts import Allowed, HostNotFound
from sanderling.workflows.blocks.asking import Choice, LongText, Setting
from sanderling.workflows.blocks.block import Block, Names, Problems
from sanderling.workflows.calling import Answer, BadAddress, NoAnswer, call, parts_of
from sanderling.workflows.standing import Failed, Left, Outcome, Retry, Standing
from sanderling.workflows.variables import fill, filled_json

TYPES = {"json": "application/json", "xml": "application/xml", "text": "text/plain; charset=utf-8"}
LATER = {408, 425, 429}
ANSWER_NAME = re.compile(r"[A-Za-z_]\w{0,49}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Webhook(Block):
    """Each run is called for by itself, and perhaps again after a crash: the header
    ``Idempotency-Key`` is then the same.
    """

    KIND = "webhook"
    TITLE = gettext_lazy("Webhook")
    REACHES_OUT = True
    SETTINGS = (
        Choice(
            name="method", label=gettext_lazy("Method"), choices=(("POST", "POST"), ("GET", "GET"))
        ),
        Setting(
            name="url",
            label=gettext_lazy("Address"),
            hint=gettext_lazy("https:// only; variables may stand after the host."),
            is_required=True,
            longest=2000,
        ),
        Choice(
            name="type",
            label=gettext_lazy("Type of the body"),
            choices=(("json", "JSON"), ("xml", "XML"), ("text", gettext_lazy("Text"))),
        ),
        LongText(name="body", label=gettext_lazy("Body")),
        Setting(
            name="answer",
            label=gettext_lazy("Name of the answer"),
            default="webhook",
            hint=gettext_lazy("A JSON answer is then read as ${webhook.field}."),
            longest=50,
        ),
    )

    method: str
    url: str
    type: str
    body: str
    answer: str

    def check(self) -> Problems:
        """The address must be one before variables are filled in."""
        found: Problems = {}
        try:
            host, _port, _target = parts_of(re.sub(r"\$\{[^}]*\}", "x", self.url))
            if "${" in self.url.partition(host)[0] or host not in self.url.lower():
                found["url"] = [_("Variables may stand only after the host.")]
        except BadAddress as refusal:
            found["url"] = [refusal.message]
        if self.answer and not ANSWER_NAME.fullmatch(self.answer):
            found["answer"] = [_("A name has latin letters, digits and underscores.")]
        return found

    def act(self, runs: Sequence[Standing]) -> list[Outcome]:
        """Call for each run."""
        return [self._called(run) for run in runs]

    def describe(self, names: Names) -> str:
        """Say where to."""
        return f"{self.method} {self.url.partition('?')[0]}"

    def _called(self, run: Standing) -> Outcome:
        try:
            body = self._body(run)
        except ValueError as trouble:
            return Failed(_("The body of this block cannot be made: %s") % trouble)
        try:
            answer = call(
                self.method,
                fill(self.url, run, written=_quoted),
                body=body,
                headers=self._headers(run),
                allowed=Allowed.from_words(settings.ALLOWED_PRIVATE_HOSTS),
            )
        except (NoAnswer, HostNotFound) as silence:
            return Retry(silence.message)
        except SanderlingError as refusal:
            return Failed(refusal.message)
        return self._outcome(answer)

    def _outcome(self, answer: Answer) -> Outcome:
        words = _("The address answered with status %d.") % answer.status
        if answer.status >= 500 or answer.status in LATER:
            return Retry(words)
        if not 200 <= answer.status < 300:
            return Failed(words)
        found = _json(answer.body)
        kept = {self.answer: found} if self.answer and found is not None else None
        return Left(note=str(answer.status), answer=kept)

    def _headers(self, run: Standing) -> dict[str, str]:
        headers = {
            "User-Agent": "Sanderling",
            "Accept": "application/json, */*;q=0.5",
            "Idempotency-Key": f"{run.workflow_id}-{run.id}-{run.block}-{run.visits}",
        }
        return headers | ({"Content-Type": TYPES[self.type]} if self.method == "POST" else {})

    def _body(self, run: Standing) -> bytes:
        if self.method == "GET" or not self.body:
            return b""
        if self.type == "json":
            return json.dumps(filled_json(self.body, run), ensure_ascii=False).encode()
        return fill(self.body, run, written=escape if self.type == "xml" else str).encode()


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _json(body: bytes) -> Any:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if "\\u0000" not in json.dumps(found) else None
