"""Addresses of the reports."""

from django.urls import path

from sanderling.web.reports import alerts, views

urlpatterns = [
    path("reports/alerts/", alerts.index, name="reports-alerts"),
    path("reports/alerts/new", alerts.new, name="reports-alert-new"),
    path("reports/alerts/<int:alert_id>", alerts.show, name="reports-alert"),
    path("reports/alerts/<int:alert_id>/edit", alerts.edit, name="reports-alert-edit"),
    path("reports/alerts/<int:alert_id>/pause", alerts.pause, name="reports-alert-pause"),
    path("reports/alerts/<int:alert_id>/delete", alerts.delete, name="reports-alert-delete"),
    path("reports/", views.index, name="reports-list"),
    path("reports/campaigns/<int:broadcast_id>", views.campaign, name="reports-campaign"),
    path(
        "reports/campaigns/<int:broadcast_id>/people", views.people, name="reports-campaign-people"
    ),
    path("reports/campaigns/<int:broadcast_id>/person", views.look_up, name="reports-look-up"),
    path(
        "reports/campaigns/<int:broadcast_id>/people/<int:contact_id>",
        views.why,
        name="reports-why",
    ),
]
