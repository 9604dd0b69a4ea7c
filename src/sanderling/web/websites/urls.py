"""Addresses of website tracking."""

from django.urls import path

from sanderling.web.websites import views

urlpatterns = [
    path("settings/website", views.index, name="websites-list"),
    path("settings/website/people", views.people, name="websites-people"),
    path("settings/website/<int:domain_id>", views.show, name="websites-show"),
    path("settings/website/<int:domain_id>/events", views.events, name="websites-events"),
    path("settings/website/<int:domain_id>/pushes", views.pushes, name="websites-pushes"),
    path("settings/website/<int:domain_id>/remove", views.remove, name="websites-remove"),
]
