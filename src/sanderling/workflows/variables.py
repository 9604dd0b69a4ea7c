"""``${name}`` in the settings of blocks: parameters of the event, and the contact.

A parameter goes before a field of the contact of the same name, and is found in any letter case
when it is not found exactly.  Dots lead into objects: ``${webhook.answer.code}``.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from sanderling.messages.names import CONTACT_FIELDS
from sanderling.workflows.standing import Standing

VARIABLE = re.compile(r"\$\{\s*([^${}]{1,200}?)\s*\}")
OF_THE_RUN = {
    "key": "event_key",
    "eventkey": "event_key",
    "eventtypekey": "event_type",
}


def fill(text: str, run: Standing, *, written: Callable[[str], str] = str) -> str:
    """Return the text with every variable replaced; one that means nothing is empty.

    ``written`` says how a value is written where the text is an address or XML.
    """
    return VARIABLE.sub(lambda found: written(as_text(value_of(found[1], run))), text)


def filled_object(text: str, run: Standing) -> dict[str, Any]:
    """Return the object of a block's JSON; raise ValueError in words when it is none.

    ``${jsonParam}`` alone must be there: nothing is sent with its data missing by accident.
    """
    alone = VARIABLE.fullmatch(text.strip())
    if alone and not value_of(alone[1], run):
        raise ValueError(_("The event has no parameter “%s”.") % alone[1])
    try:
        found = filled_json(text, run)
    except ValueError as trouble:
        raise ValueError(_("The JSON of this block cannot be read: %s") % trouble) from None
    if isinstance(found, dict):
        return found
    raise ValueError(_("The JSON of this block is not an object."))


def filled_json(text: str, run: Standing) -> Any:
    """Return the value of JSON with variables in it.

    Inside a string a variable is escaped; outside of one it stands for itself when it is JSON
    (``${jsonParam}`` usually is), else for a string.  Raises ValueError when the whole is no JSON.
    """
    pieces, end, quoted = [], 0, False
    for found in VARIABLE.finditer(text):
        before = text[end : found.start()]
        quoted = _quoted_after(before, quoted)
        pieces += [before, _as_json(value_of(found[1], run), quoted=quoted)]
        end = found.end()
    return _loads("".join([*pieces, text[end:]]))


def value_of(name: str, run: Standing) -> Any:
    """Return what a variable means for a run; None when it means nothing."""
    first, *rest = name.split(".")
    for params in (run.params, _folded(run.params)):
        for key, path in ((name, []), (first, rest)):
            wanted = key if params is run.params else key.lower()
            if wanted in params:
                return _inside(params[wanted], path)
    key = name.lower().removeprefix("contact.")
    if name.lower() in OF_THE_RUN:
        return getattr(run, OF_THE_RUN[name.lower()])
    if key.startswith("field:"):
        return run.contact["fields"].get(key.removeprefix("field:"))
    return run.contact.get(CONTACT_FIELDS[key]) if key in CONTACT_FIELDS else None


def as_text(value: Any) -> str:
    """Return a value as a text: nothing is empty, objects are JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def names_in(text: str) -> list[str]:
    """Return the names of the variables in a text."""
    return VARIABLE.findall(text)


def _folded(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in params.items()}


def _inside(value: Any, path: list[str]) -> Any:
    for name in path:
        if isinstance(value, str) and value[:1] in "{[":
            value = _loads_or_none(value)
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _as_json(value: Any, *, quoted: bool) -> str:
    if quoted:
        return json.dumps(as_text(value), ensure_ascii=False)[1:-1]
    if isinstance(value, str) and _loads_or_none(value) is not None:
        return value
    return json.dumps(value, ensure_ascii=False)


def _quoted_after(text: str, quoted: bool) -> bool:
    """Return whether a JSON string is open after this piece of text."""
    skip = False
    for sign in text:
        if skip:
            skip = False
        elif sign == "\\" and quoted:
            skip = True
        elif sign == '"':
            quoted = not quoted
    return quoted


def _loads_or_none(text: str) -> Any:
    try:
        return _loads(text)
    except ValueError:
        return None


def _loads(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")
