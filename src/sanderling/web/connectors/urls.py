"""Addresses of connectors, under the settings."""

from django.urls import path

from sanderling.web.connectors import views

urlpatterns = [
    path("settings/connectors", views.index, name="connectors-list"),
    path("settings/connectors/new", views.new, name="connectors-new"),
    path("settings/connectors/new/validation", views.validate, name="connectors-validate-new"),
    path("settings/connectors/<int:connector_id>", views.edit, name="connectors-edit"),
    path(
        "settings/connectors/<int:connector_id>/validation",
        views.validate,
        name="connectors-validate",
    ),
    path("settings/connectors/<int:connector_id>/delete", views.delete, name="connectors-delete"),
]
