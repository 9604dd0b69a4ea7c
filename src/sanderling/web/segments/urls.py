"""Addresses of segments."""

from django.urls import path

from sanderling.web.segments import building, views

urlpatterns = [
    path("segments/", views.index, name="segments-list"),
    path("segments/new", building.new, name="segments-new"),
    path("segments/builder", building.redraw, name="segments-builder"),
    path("segments/found", building.found, name="segments-found"),
    path("segments/<int:segment_id>", views.show, name="segments-show"),
    path("segments/<int:segment_id>/edit", building.edit, name="segments-edit"),
    path("segments/<int:segment_id>/people", views.people, name="segments-people"),
    path("segments/<int:segment_id>/plan", views.plan, name="segments-plan"),
    path("segments/<int:segment_id>/copy", views.copy, name="segments-copy"),
    path("segments/<int:segment_id>/delete", views.delete, name="segments-delete"),
]
