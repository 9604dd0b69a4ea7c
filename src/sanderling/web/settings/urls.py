"""Addresses of the settings."""

from django.urls import path

from sanderling.web.settings import audit, keys, members, optin, organisation

urlpatterns = [
    path("settings/", organisation.home, name="settings-home"),
    path("settings/organisation", organisation.edit, name="settings-organisation"),
    path("settings/members", members.index, name="settings-members"),
    path("settings/members/<int:user_id>/role", members.role, name="settings-member-role"),
    path("settings/members/<int:user_id>/remove", members.remove, name="settings-member-remove"),
    path("settings/keys", keys.index, name="settings-keys"),
    path("settings/keys/<int:key_id>", keys.show, name="settings-key"),
    path("settings/keys/<int:key_id>/switch", keys.switch, name="settings-key-switch"),
    path("settings/keys/<int:key_id>/delete", keys.delete, name="settings-key-delete"),
    path("settings/subscriptions", optin.edit, name="settings-optin"),
    path("settings/subscriptions/letter", optin.letter, name="settings-optin-letter"),
    path("settings/subscriptions/preview", optin.preview, name="settings-optin-preview"),
    path("settings/audit", audit.index, name="settings-audit"),
]
