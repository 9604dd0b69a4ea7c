"""Addresses of segments."""

from django.urls import path

from sanderling.web.segments import building, reasons, views

urlpatterns = [
    path("segments/", views.index, name="segments-list"),
    path("segments/new", building.new, name="segments-new"),
    path("segments/builder", building.redraw, name="segments-builder"),
    path("segments/found", building.found, name="segments-found"),
    path("segments/explained", building.explained, name="segments-explained"),
    path("segments/<int:segment_id>", views.show, name="segments-show"),
    path("segments/<int:segment_id>/edit", building.edit, name="segments-edit"),
    path("segments/<int:segment_id>/people", views.people, name="segments-people"),
    path("segments/<int:segment_id>/contacts", reasons.look_up, name="segments-look-up"),
    path(
        "segments/<int:segment_id>/contacts/<int:contact_id>",
        reasons.show,
        name="segments-reasons",
    ),
    path("segments/contacts/<int:contact_id>", reasons.every, name="segments-of-contact"),
    path("segments/<int:segment_id>/plan", views.plan, name="segments-plan"),
    path("segments/<int:segment_id>/copy", views.copy, name="segments-copy"),
    path("segments/<int:segment_id>/delete", views.delete, name="segments-delete"),
]
