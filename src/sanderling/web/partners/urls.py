"""Addresses of partners' apps and of the authorization server."""

from django.urls import path, re_path

from sanderling.web.partners import authorizing, registering

urlpatterns = [
    re_path(r"^uaa/oauth/authorize/?$", authorizing.authorize, name="oauth-authorize"),
    # The product's document prints the path twice over; apps were written from it.
    path("uaa/oauth/authorize/oauth/authorize", authorizing.authorize),
    re_path(r"^uaa/oauth/token/?$", authorizing.token, name="oauth-token"),
    re_path(r"^uaa/oauth/revoke/?$", authorizing.revoke, name="oauth-revoke"),
    path(".well-known/oauth-authorization-server", authorizing.metadata, name="oauth-metadata"),
    path(".well-known/oauth-authorization-server/<path:issuer_path>", authorizing.metadata),
    path("partners/", registering.index, name="partners-list"),
    path("partners/register", registering.register, name="partners-register"),
    path("partners/<int:app_id>", registering.edit, name="partners-app"),
    path("partners/<int:app_id>/form", registering.dress, name="partners-form"),
    path("partners/<int:app_id>/preview", registering.preview, name="partners-preview"),
    path("partners/<int:app_id>/secret", registering.renew_secret, name="partners-secret"),
    path("partners/<int:app_id>/delete", registering.delete, name="partners-delete"),
    path("connected-apps/", registering.connected, name="partners-connected"),
    path(
        "connected-apps/<int:app_id>/disconnect",
        registering.disconnect,
        name="partners-disconnect",
    ),
]
