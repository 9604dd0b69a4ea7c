"""A notification as FCM takes it: shown by the system, with data for the app beside it.

FCM's data are texts only.  ``es_interaction_id`` is by which the app tells us what became of it.
"""

import json
from collections.abc import Mapping
from typing import Any

LARGEST = 4096  # bytes of what is shown and carried, by FCM and APNs alike


def message_of(
    token: str, *, title: str, text: str, interaction: str, details: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the message for one app; ``details`` are the members of a mobile push."""
    images = details.get("images") or []
    image = details.get("imageSource") or next(iter(images), None)
    shown = {"title": title, "body": text, "image": image}
    made: dict[str, Any] = {
        "token": token,
        "notification": _given(shown),
        "data": _data(title, text, interaction, image, details),
        "android": _android(details),
        "apns": _apns(title, text, image, details),
    }
    return _given(made)


def size_of(message: Mapping[str, Any]) -> int:
    """Return how many bytes of the limit a message takes."""
    counted = [message.get("notification", {}), message.get("data", {})]
    return len(json.dumps(counted, ensure_ascii=False).encode())


def _data(
    title: str, text: str, interaction: str, image: str | None, details: Mapping[str, Any]
) -> dict[str, str]:
    custom = _custom(details.get("customData"))
    known = {
        "es_interaction_id": interaction,
        "es_title": title,
        "es_content": text,
        "es_link": details.get("link"),
        "es_notification_image": image,
        "es_buttons": json.dumps(details["buttons"]) if details.get("buttons") else None,
        "es_badge_count": details.get("badgeCount"),
    }
    return {name: str(value) for name, value in {**custom, **_given(known)}.items()}


def _android(details: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"priority": "HIGH"}
    if details.get("ttlSec") is not None:
        made["ttl"] = f"{details['ttlSec']}s"
    shown = {
        "sound": "default" if details.get("soundEnabled") else None,
        "notification_count": details.get("badgeCount"),
    }
    return _given(made | {"notification": _given(shown)})


def _apns(title: str, text: str, image: str | None, details: Mapping[str, Any]) -> dict[str, Any]:
    aps = {
        "alert": _given({"title": title, "subtitle": details.get("subtitle"), "body": text}),
        "sound": "default" if details.get("soundEnabled") else None,
        "badge": details.get("badgeCount"),
        "mutable-content": 1,
    }
    made: dict[str, Any] = {"payload": {"aps": _given(aps)}}
    if image:
        made["fcm_options"] = {"image": image}
    return made


def _custom(text: str | None) -> dict[str, str]:
    """Return the author's own data; FCM takes texts, so what is none is written as JSON."""
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in found.items()
        if not name.startswith(("google", "gcm")) and name != "from"
    }


def _given(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, "", {}, [])}
