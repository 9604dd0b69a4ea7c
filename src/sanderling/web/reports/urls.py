"""Addresses of the reports."""

from django.urls import path

from sanderling.web.reports import views

urlpatterns = [
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
