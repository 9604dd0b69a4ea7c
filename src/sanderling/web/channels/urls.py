"""Addresses of the gateways."""

from django.urls import path

from sanderling.web.channels import views

urlpatterns = [
    path("settings/channels", views.index, name="channels-list"),
    path("settings/channels/new", views.new, name="channels-new"),
    path("settings/channels/<int:gateway_id>", views.edit, name="channels-edit"),
    path("settings/channels/<int:gateway_id>/pause", views.pause, name="channels-pause"),
    path("settings/channels/<int:gateway_id>/resume", views.resume, name="channels-resume"),
    path("settings/channels/<int:gateway_id>/delete", views.delete, name="channels-delete"),
    path("settings/channels/<int:gateway_id>/test", views.test, name="channels-test"),
]
