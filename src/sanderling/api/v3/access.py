"""Who may come in: keys of programs and apps of partners, as the pages manage them."""

from typing import Any

from sanderling.accounts import calls, keys
from sanderling.accounts.models import ApiCall, ApiKey
from sanderling.api.answering import EMPTY, Answer, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Id, Shape
from sanderling.api.times import stamp
from sanderling.oauth import registering
from sanderling.oauth.models import Application

MOST_CALLS = 1000


class KeyBody(Shape):
    """A key of a program."""

    description: str | None = None
    rights: str | None = None


class Switch(Shape):
    """Whether a key works."""

    active: bool | None = None


class CallsQuery(Shape):
    """Which calls of a key; ``status`` is a number, or 2xx, 4xx, 5xx."""

    method: str | None = None
    status: str | None = None
    before: Id | None = None
    maxrows: int | None = None


class AppBody(Shape):
    """An app of a partner; members that are absent stay."""

    name: str | None = None
    callback: str | None = None
    rights: list[str] | None = None
    is_public: bool | None = None


@operation("GET", "/v3/keys", summary="API keys")
def list_keys(call: Call) -> list[dict[str, Any]]:
    """Return the keys; their secrets are not known to anybody."""
    found = ApiKey.objects.filter(organisation_id=call.organisation_id).order_by("pk")
    return [_key(one) for one in found]


@operation("POST", "/v3/keys", summary="Add an API key")
def add_key(call: Call, body: KeyBody) -> dict[str, Any]:
    """Create a key; its secret is in this answer and nowhere else."""
    made, secret = keys.create(
        call.organisation_id,
        rights=body.rights or "",
        description=(body.description or "")[:200],
        by=call.actor,
    )
    return {**_key(made), "secret": secret}


@operation("PUT", "/v3/keys/{key_id}", summary="Switch an API key")
def switch_key(call: Call, key_id: int, body: Switch) -> Answer:
    """Switch a key on or off."""
    keys.switch(call.organisation_id, key_id, on=body.active is not False, by=call.actor)
    return EMPTY


@operation("GET", "/v3/keys/{key_id}/calls", summary="Calls of an API key")
def key_calls(call: Call, key_id: int, query: CallsQuery) -> list[dict[str, Any]]:
    """Return the calls of the last days, newest first; ``before`` is the id of the last row."""
    keys.get(call.organisation_id, key_id)
    found = calls.of_key(
        call.organisation_id, key_id, method=query.method or "", status=query.status or ""
    )
    if query.before is not None:
        found = found.filter(pk__lt=query.before)
    most = min(query.maxrows if query.maxrows and query.maxrows > 0 else 100, MOST_CALLS)
    return [_call(one) for one in found[:most]]


@operation("GET", "/v3/keys/{key_id}/hours", summary="Calls of an API key by hour")
def key_hours(call: Call, key_id: int) -> list[dict[str, Any]]:
    """Return calls and errors of each of the last 48 hours, oldest first."""
    keys.get(call.organisation_id, key_id)
    return [
        {"hour": stamp(one.at), "calls": one.calls, "errors": one.errors}
        for one in calls.hours_of_key(call.organisation_id, key_id)
    ]


@operation("DELETE", "/v3/keys/{key_id}", summary="Delete an API key")
def delete_key(call: Call, key_id: int) -> Answer:
    """Delete a key; it stops working at once."""
    keys.delete(call.organisation_id, key_id, by=call.actor)
    return EMPTY


@operation("GET", "/v3/apps", summary="Apps of ours")
def list_apps(call: Call) -> list[dict[str, Any]]:
    """Return the apps that this organisation has registered."""
    return [_app(one) for one in registering.apps_of(call.organisation_id)]


@operation("POST", "/v3/apps", summary="Register an app")
def add_app(call: Call, body: AppBody) -> dict[str, Any]:
    """Register an app; its secret is in this answer and nowhere else."""
    made, secret = registering.register(
        call.organisation_id,
        name=body.name or "",
        callback=body.callback or "",
        rights=body.rights or [],
        is_public=bool(body.is_public),
        by=call.actor,
    )
    return {**_app(made), "clientSecret": secret}


@operation("PUT", "/v3/apps/{app_id}", summary="Change an app")
def change_app(call: Call, app_id: int, body: AppBody) -> dict[str, Any]:
    """Change an app."""
    stored = registering.get(call.organisation_id, app_id)
    registering.change(
        call.organisation_id,
        app_id,
        name=stored.name if body.name is None else body.name,
        callback=stored.redirect_uris if body.callback is None else body.callback,
        rights=stored.scopes if body.rights is None else body.rights,
        is_public=stored.is_public if body.is_public is None else body.is_public,
        by=call.actor,
    )
    return _app(registering.get(call.organisation_id, app_id))


@operation("DELETE", "/v3/apps/{app_id}", summary="Delete an app")
def delete_app(call: Call, app_id: int) -> Answer:
    """Delete an app with all its tokens."""
    registering.delete(call.organisation_id, app_id, by=call.actor)
    return EMPTY


@operation("GET", "/v3/connected-apps", summary="Connected apps")
def list_connected(call: Call) -> list[dict[str, Any]]:
    """Return the apps that may act for this organisation."""
    return [
        present(id=one.app.pk, name=one.app.name, rights=sorted(one.app.rights))
        for one in registering.connections_of(call.organisation_id)
    ]


@operation("DELETE", "/v3/connected-apps/{app_id}", summary="Disconnect an app")
def disconnect_app(call: Call, app_id: int) -> Answer:
    """End what an app may do for this organisation."""
    registering.disconnect(call.organisation_id, app_id, by=call.actor)
    return EMPTY


def _call(one: ApiCall) -> dict[str, Any]:
    return {
        "id": one.pk,
        "at": stamp(one.at),
        "method": one.method,
        "operation": one.operation,
        "status": one.status,
        "milliseconds": one.milliseconds,
    }


def _key(key: ApiKey) -> dict[str, Any]:
    return present(
        id=key.pk,
        description=key.description or None,
        start=key.start,
        rights=key.rights,
        active=key.is_active,
        createdAt=stamp(key.created_at),
        lastUsedAt=stamp(key.last_used_at) if key.last_used_at else None,
    )


def _app(app: Application) -> dict[str, Any]:
    return present(
        id=app.pk,
        name=app.name,
        clientId=app.client_id,
        callback=app.redirect_uris or None,
        rights=sorted(app.rights),
        isPublic=app.is_public,
    )
