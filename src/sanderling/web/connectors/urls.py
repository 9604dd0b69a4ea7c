"""Addresses of connectors, under the settings."""

from django.urls import path

from sanderling.connectors.models import ConnectorKind
from sanderling.web.connectors import views

urlpatterns = [
    path("settings/connectors", views.index, name="connectors-list"),
    path("settings/connectors/new", views.new, name="connectors-new"),
    path("settings/connectors/new/validation", views.validate, name="connectors-validate-new"),
    path(
        "settings/connectors/new-bigquery",
        views.new,
        {"kind": ConnectorKind.BIGQUERY},
        name="connectors-new-bigquery",
    ),
    path(
        "settings/connectors/new-bigquery/validation",
        views.validate,
        {"kind": ConnectorKind.BIGQUERY},
        name="connectors-validate-new-bigquery",
    ),
    path(
        "settings/connectors/new-sheets",
        views.new,
        {"kind": ConnectorKind.SHEETS},
        name="connectors-new-sheets",
    ),
    path(
        "settings/connectors/new-sheets/validation",
        views.validate,
        {"kind": ConnectorKind.SHEETS},
        name="connectors-validate-new-sheets",
    ),
    path("settings/connectors/<int:connector_id>", views.edit, name="connectors-edit"),
    path(
        "settings/connectors/<int:connector_id>/validation",
        views.validate,
        name="connectors-validate",
    ),
    path("settings/connectors/<int:connector_id>/delete", views.delete, name="connectors-delete"),
]
