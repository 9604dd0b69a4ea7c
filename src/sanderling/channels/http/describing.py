"""A provider as a description: what is asked of it, and how its answers are read.

Read from JSON (a preset, or what an operator typed), with every mistake named by its member.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from sanderling.channels.http.filling import names_in
from sanderling.channels.reports import Fate
from sanderling.lib.errors import Invalid

METHODS = ("POST", "PUT", "GET")
FORMS = ("json", "form")
LONGEST = 20_000
# What a message brings; a channel adds its own (``VALUES`` of sms, viber).
MESSAGE_VALUES = frozenset({"key", "to", "from", "text", "callback"})


class BadDescription(Invalid):
    """The description of the gateway is not complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """How a provider takes a message.

    `body` is a structure with ``{{names}}`` (``filling``); sent as JSON, or as a form.
    `user` and `password` (templates too: a description holds no secret) are of Basic sign-in.
    `id_at` and `error_at` are dotted paths into the answer (``messages.0.id``).  `is_idempotent`:
    the provider recognises a message that comes again under the same key, so an answer that got
    lost is no doubt.  `dead` are words or codes in a refusal that speak of the address.
    Reports: `report_id_at`, `report_key_at`, `report_status_at`, `report_text_at` are paths into
    their members, `words` the provider's words for each fate.
    """

    url: str
    method: str = "POST"
    form: str = "json"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    user: str = ""
    password: str = ""
    id_at: str = ""
    error_at: str = ""
    is_idempotent: bool = False
    dead: tuple[str, ...] = ()
    reports_at: str = ""
    report_id_at: str = ""
    report_key_at: str = ""
    report_status_at: str = ""
    report_text_at: str = ""
    words: Mapping[str, Fate] = field(default_factory=dict)

    @classmethod
    def read(cls, given: Mapping[str, Any], *, values: frozenset[str] = MESSAGE_VALUES) -> Self:
        """Return the description; `values` are the names that its templates may use.

        Raises BadDescription with a sentence for every member that is wrong.
        """
        problems = _problems(given, values)
        if problems:
            raise BadDescription(problems=problems)
        known = {name: given[name] for name in _MEMBERS if given.get(name) is not None}
        if "dead" in known:
            known["dead"] = tuple(str(word) for word in known["dead"])
        if "words" in known:
            known["words"] = _words(known["words"])
        return cls(**known)

    @property
    def reports(self) -> bool:
        """Whether the provider says later what became of a message."""
        return bool(self.report_status_at)


_TEXTS = (
    "url", "method", "form", "user", "password", "id_at", "error_at", "reports_at",
    "report_id_at", "report_key_at", "report_status_at", "report_text_at",
)  # fmt: skip
_MEMBERS = (*_TEXTS, "headers", "body", "is_idempotent", "dead", "words")


def _problems(given: Mapping[str, Any], values: frozenset[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in _TEXTS:
        if not isinstance(given.get(name, ""), str):
            found[name] = ["This must be text."]
    for name in ("headers", "body", "words"):
        if not isinstance(given.get(name, {}), dict):
            found[name] = ["This must be an object: {…}."]
    if found:
        return found
    found |= _of_address(given.get("url", ""))
    if given.get("method", "POST") not in METHODS:
        found["method"] = [f"Choose one of: {', '.join(METHODS)}."]
    if given.get("form", "json") not in FORMS:
        found["form"] = [f"Choose one of: {', '.join(FORMS)}."]
    if any(not isinstance(one, str) for one in given.get("headers", {}).values()):
        found["headers"] = ["The value of a header must be text."]
    if len(json.dumps(given)) > LONGEST:
        found["body"] = [f"At most {LONGEST:,} characters altogether."]
    wanted = names_in([given.get("url", ""), given.get("headers", {}), given.get("body", {})])
    wanted |= names_in([given.get("user", ""), given.get("password", "")])
    if unknown := sorted(wanted - values):
        found["body"] = [
            f"Nothing is named {', '.join(unknown)}; known are {', '.join(sorted(values))}."
        ]
    elif not {"to"} & wanted:
        found.setdefault("body", []).append("The number, {{to}}, is nowhere in the request.")
    if wrong := sorted(set(given.get("words", {})) - {*Fate}):
        found["words"] = [f"{wrong[0]} is no fate; known are {', '.join(Fate)}."]
    return found


def _of_address(url: str) -> dict[str, list[str]]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return {"url": ["This is no address."]}
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        return {"url": ["The address must begin with https://."]}
    if "{{" in parts.netloc:
        return {"url": ["Names may stand only after the host."]}
    if parts.username is not None or parts.password is not None:
        return {"url": ["The address must not hold a name or password."]}
    return {}


def _words(given: Mapping[str, Any]) -> dict[str, Fate]:
    """Turn ``{fate: [words]}`` round: each of the provider's words, in lower case, has one fate."""
    found: dict[str, Fate] = {}
    for fate, words in given.items():
        for word in words if isinstance(words, list) else str(words).split(","):
            found[str(word).strip().lower()] = Fate(fate)
    return found
