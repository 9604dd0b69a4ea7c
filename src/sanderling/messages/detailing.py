"""What only one channel has: the members of a message beside its name, sender and text.

One table says which members a channel knows, of what type and how long; the API, the pages and
the carriers read it.  Every problem is named by the member as the API spells it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sanderling.messages.models import Channel

LONGEST_TEXT = 4000
LARGEST_TIME_TO_LIVE = 28 * 24 * 3600  # of FCM; Viber and SMS take less


class Type(Enum):
    """What a member holds."""

    TEXT = "text"
    FLAG = "true or false"
    NUMBER = "a number"
    TEXTS = "a list of texts"
    JSON = "text with JSON"
    BUTTONS = "a list of buttons"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a channel: `most` is a length, a count or a size by its type."""

    type: Type
    most: int = LONGEST_TEXT
    usual: Any = None


_LINK, _FLAG = Member(Type.TEXT, 2000), Member(Type.FLAG, usual=False)
_TTL = Member(Type.NUMBER, LARGEST_TIME_TO_LIVE)
DETAILS: dict[str, dict[str, Member]] = {
    Channel.SMS: {"trackUrls": _FLAG, "ttlSec": _TTL},
    Channel.VIBER: {
        "transactional": _FLAG, "img": _LINK, "caption": Member(Type.TEXT, 100), "action": _LINK,
        "ttlSec": Member(Type.NUMBER, 14 * 24 * 3600, usual=86_400), "smsFallback": _FLAG,
        "smsSender": Member(Type.TEXT, 20), "smsContent": Member(Type.TEXT, 1600),
        "trackUrls": _FLAG, "iosExpirityText": Member(Type.TEXT, 1000),
    },
    Channel.MOBILE_PUSH: {
        "subtitle": Member(Type.TEXT, 500), "link": _LINK, "imageSource": _LINK,
        "images": Member(Type.TEXTS, 10), "customData": Member(Type.JSON), "ttlSec": _TTL,
        "buttons": Member(Type.BUTTONS, 4), "soundEnabled": _FLAG,
        "badgeCount": Member(Type.NUMBER, 2**31 - 1),
    },
    Channel.WEB_PUSH: {
        "link": _LINK, "imageSource": _LINK, "ttlSec": _TTL, "buttons": Member(Type.BUTTONS, 2),
    },
    Channel.APP_INBOX: {
        "link": _LINK, "imageSource": _LINK, "customData": Member(Type.JSON), "ttlSec": _TTL,
    },
    Channel.TELEGRAM: {"imageSource": _LINK, "buttons": Member(Type.BUTTONS, 8)},
}  # fmt: skip
BUTTONS = {
    Channel.MOBILE_PUSH: (("actionId", "label"), ("iosIconPath", "link", "customData")),
    Channel.WEB_PUSH: (("label",), ("link",)),
    Channel.TELEGRAM: (("text", "link"), ()),
}
TOGETHER = ("img", "caption", "action")
Problems = dict[str, list[str]]


def problems_of(channel: str, details: Mapping[str, Any], *, is_whole: bool = True) -> Problems:
    """Return what is wrong with the members; ``is_whole``: what belongs together must be there."""
    known, problems = DETAILS.get(channel, {}), Problems()
    for name, value in details.items():
        if name not in known:
            problems[name] = [f"{name} is not known in this channel."]
        elif value is not None and (said := _wrong(channel, name, known[name], value)):
            problems[name] = [said]
    if not problems and is_whole and channel == Channel.VIBER:
        problems |= _of_viber(details)
    return problems


def _wrong(channel: str, name: str, member: Member, value: Any) -> str:
    match member.type:
        case Type.FLAG:
            return "" if isinstance(value, bool) else f"{name} must be true or false."
        case Type.NUMBER:
            is_number = isinstance(value, int) and not isinstance(value, bool)
            if not is_number or not 0 <= value <= member.most:
                return f"{name} must be a whole number from 0 to {member.most}."
            return ""
        case Type.TEXTS:
            return _wrong_texts(name, member, value)
        case Type.BUTTONS:
            return _wrong_buttons(channel, name, member, value)
    return _wrong_text(name, member, value)


def _wrong_text(name: str, member: Member, value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        return f"{name} must be text."
    if len(value) > member.most:
        return f"{name} must have at most {member.most} characters."
    if member.type is Type.JSON and value and "$" not in value and not _is_json(value):
        return f"{name} must be a text with a JSON object."
    return ""


def _wrong_texts(name: str, member: Member, value: Any) -> str:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return f"{name} must be a list of texts."
    if len(value) > member.most or any(len(one) > LONGEST_TEXT for one in value):
        return f"{name} must have at most {member.most} entries."
    return ""


def _wrong_buttons(channel: str, name: str, member: Member, value: Any) -> str:
    needed, allowed = BUTTONS[Channel(channel)]
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return f"{name} must be a list of buttons."
    if len(value) > member.most:
        return f"{name} must have at most {member.most} entries."
    for button in value:
        if not all(isinstance(text, str) and len(text) < 2000 for text in button.values()):
            return f"The members of {name} must be texts."
        if missing := [one for one in needed if not button.get(one)]:
            return f"Every button needs {missing[0]}."
        if unknown := sorted(set(button) - {*needed, *allowed}):
            return f"A button has no {unknown[0]}."
    return ""


def _of_viber(details: Mapping[str, Any]) -> Problems:
    given = [name for name in TOGETHER if details.get(name)]
    if details.get("transactional") and given:
        return {given[0]: ["A transactional message has no img, caption and action."]}
    if given and len(given) < len(TOGETHER):
        missing = next(name for name in TOGETHER if name not in given)
        return {missing: ["img, caption and action must be given together."]}
    if details.get("smsFallback") and not details.get("smsContent"):
        return {"smsContent": ["smsContent must be specified with smsFallback."]}
    return {}


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
