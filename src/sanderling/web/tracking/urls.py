"""Addresses in mails; the shortest that still say what they are."""

from django.urls import path

from sanderling.web.tracking import confirming, views

urlpatterns = [
    path("t/o/<str:token>", views.open_pixel, name="tracking-open"),
    path("t/c/<str:token>/<str:link>", views.click, name="tracking-click"),
    path("u/<str:token>", views.unsubscribe, name="tracking-unsubscribe"),
    path("s/<str:token>", confirming.confirm, name="tracking-confirm"),
    path("v/<str:token>", views.web_version, name="tracking-view"),
]
