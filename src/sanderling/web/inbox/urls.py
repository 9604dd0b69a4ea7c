"""Addresses of the inbox."""

from django.urls import path

from sanderling.web.inbox import views

urlpatterns = [
    path("inbox/", views.index, name="inbox-list"),
    path("inbox/<int:mail_id>", views.show, name="inbox-show"),
    path("inbox/<int:mail_id>/page", views.page, name="inbox-page"),
    path("inbox/<int:mail_id>/source", views.source, name="inbox-source"),
]
