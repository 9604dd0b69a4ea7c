"""Addresses of the data export."""

from django.urls import path

from sanderling.web.exports import analysis, editing, showing, steering

urlpatterns = [
    path("data-export/", showing.index, name="exports-list"),
    path("data-export/datasets", showing.datasets, name="exports-datasets"),
    path("data-export/new", editing.new, name="exports-new"),
    path("data-export/<int:export_id>", showing.show, name="exports-show"),
    path("data-export/<int:export_id>/edit", editing.edit, name="exports-edit"),
    path("data-export/<int:export_id>/run", steering.run, name="exports-run"),
    path("data-export/<int:export_id>/compare", steering.compare, name="exports-compare"),
    path("data-export/<int:export_id>/resend", steering.resend, name="exports-resend"),
    path("data-export/<int:export_id>/analysis", analysis.show, name="exports-analysis"),
    path("data-export/<int:export_id>/analysis/made", analysis.make, name="exports-views-make"),
    path("data-export/<int:export_id>/analysis/dropped", analysis.drop, name="exports-views-drop"),
    path("data-export/<int:export_id>/pause", steering.pause, name="exports-pause"),
    path("data-export/<int:export_id>/delete", steering.delete, name="exports-delete"),
]
