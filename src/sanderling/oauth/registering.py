"""Apps of partners: registered, changed, deleted; and what an organisation has connected.

The client secret is stored as a hash and is returned once, by ``register`` and ``renew_secret``.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from oauth2_provider.models import AbstractApplication

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import KeyRights
from sanderling.accounts.rights import Permission, require
from sanderling.lib.errors import Invalid, NotFound
from sanderling.oauth import logos
from sanderling.oauth.models import AccessToken, Application, Grant, RefreshToken


@dataclass(frozen=True, slots=True)
class Connection:
    """An app that an organisation has let in."""

    app: Application
    since: object
    last_used_at: object | None


def register(
    organisation_id: int,
    *,
    name: str,
    callback: str,
    rights: Sequence[str],
    is_public: bool = False,
    by: Actor,
) -> tuple[Application, str]:
    """Return a new app and its secret, which nobody can read again."""
    require(by, Permission.ADMINISTER)
    _check(name, callback, rights)
    secret = secrets.token_hex(32)
    app = Application.objects.create(
        organisation_id=organisation_id,
        name=name.strip(),
        form_name=name.strip()[:200],
        redirect_uris=callback.strip(),
        scopes=sorted(rights),
        is_public=is_public,
        client_id=secrets.token_hex(16),
        client_secret=secret,
        client_type=AbstractApplication.CLIENT_CONFIDENTIAL,
        authorization_grant_type=AbstractApplication.GRANT_AUTHORIZATION_CODE,
        user_id=by.user_id,
    )
    auditing.record(by, "app.register", app.pk, name=app.name, rights=app.scopes)
    return app, secret


def change(
    organisation_id: int,
    app_id: int,
    *,
    name: str,
    callback: str,
    rights: Sequence[str],
    is_public: bool = False,
    by: Actor,
) -> None:
    """Change what was registered; a right that is taken away is gone from living tokens at once."""
    require(by, Permission.ADMINISTER)
    _check(name, callback, rights)
    app = get(organisation_id, app_id)
    app.name, app.redirect_uris = name.strip(), callback.strip()
    app.scopes, app.is_public = sorted(rights), is_public
    app.save(update_fields=["name", "redirect_uris", "scopes", "is_public", "updated"])
    auditing.record(by, "app.change", app.pk, rights=app.scopes)


def dress(organisation_id: int, app_id: int, *, name: str, logo: bytes | None, by: Actor) -> None:
    """Set what the authorization page shows; a logo of None stays as it is."""
    require(by, Permission.ADMINISTER)
    app = get(organisation_id, app_id)
    app.form_name = name.strip()[:200]
    if logo is not None:
        app.logo = logos.cropped(logo)
    app.save(update_fields=["form_name", "logo", "updated"])
    auditing.record(by, "app.dress", app.pk)


def renew_secret(organisation_id: int, app_id: int, *, by: Actor) -> str:
    """Return a new secret; the one before is void, tokens stay."""
    require(by, Permission.ADMINISTER)
    app = get(organisation_id, app_id)
    secret = secrets.token_hex(32)
    app.client_secret = secret
    app.save(update_fields=["client_secret", "updated"])
    auditing.record(by, "app.renew_secret", app.pk)
    return secret


def delete(organisation_id: int, app_id: int, *, by: Actor) -> None:
    """Delete an app; every code and token of it is void at once, in every organisation."""
    require(by, Permission.ADMINISTER)
    app = get(organisation_id, app_id)
    auditing.record(by, "app.delete", app.pk, name=app.name)
    app.delete()


def get(organisation_id: int, app_id: int) -> Application:
    """Return an app that this organisation has registered."""
    app: Application | None = apps_of(organisation_id).filter(pk=app_id).first()
    if app is None:
        raise NotFound("There is no such app.")
    return app


def apps_of(organisation_id: int) -> QuerySet[Application]:
    """Return the apps that this organisation has registered."""
    apps: QuerySet[Application] = Application.objects.filter(organisation_id=organisation_id)
    return apps.order_by("name", "pk")


def connections_of(organisation_id: int) -> list[Connection]:
    """Return the apps that may act for this organisation, whoever made them."""
    living = RefreshToken.objects.filter(organisation_id=organisation_id, revoked=None)
    apps = Application.objects.filter(pk__in=living.values("application_id")).order_by("name")
    used = dict(
        AccessToken.objects.filter(organisation_id=organisation_id)
        .values_list("application_id")
        .annotate(Max("last_used_at"))
    )
    since = dict(living.values_list("application_id").annotate(Max("created")))
    return [Connection(app, since.get(app.pk), used.get(app.pk)) for app in apps]


def disconnect(organisation_id: int, app_id: int, *, by: Actor) -> None:
    """End what an app may do for this organisation; its tokens are void at once."""
    require(by, Permission.ADMINISTER)
    with transaction.atomic():
        ours = {"organisation_id": organisation_id, "application_id": app_id}
        revoked = RefreshToken.objects.filter(**ours, revoked=None).update(
            revoked=timezone.now(), access_token=None
        )
        gone, _ = AccessToken.objects.filter(**ours).delete()
        Grant.objects.filter(**ours).delete()
        if not revoked and not gone:
            raise NotFound("This app is not connected.")
        auditing.record(by, "app.disconnect", app_id)


def _check(name: str, callback: str, rights: Sequence[str]) -> None:
    problems: dict[str, list[str]] = {}
    if not 1 <= len(name.strip()) <= 200:
        problems["name"] = ["Give the app a name of at most 200 characters."]
    if not rights or set(rights) - set(KeyRights.values):
        problems["rights"] = ["Choose at least one right of the list."]
    if callback.strip() and not _is_callback(callback.strip()):
        problems["callback"] = ["Write a full address that begins with http:// or https://."]
    if problems:
        raise Invalid(problems=problems)


def _is_callback(address: str) -> bool:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and not parts.fragment
        and not any(sign.isspace() for sign in address)
        and "*" not in address
    )
