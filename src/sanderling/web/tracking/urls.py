"""Addresses in mails; the shortest that still say what they are."""

from django.urls import path

from sanderling.web.tracking import confirming, preferring, reports, views

urlpatterns = [
    path("t/o/<str:token>", views.open_pixel, name="tracking-open"),
    path("t/c/<str:token>/<str:link>", views.click, name="tracking-click"),
    path("u/<str:token>", views.unsubscribe, name="tracking-unsubscribe"),
    path("u/<str:token>/preferences", preferring.prefer, name="tracking-preferences"),
    path("s/<str:token>", confirming.confirm, name="tracking-confirm"),
    path("l/<str:word>", views.short_link, name="tracking-short"),
    path("r/<str:word>", reports.receive, name="tracking-report"),
    path("v/<str:token>", views.web_version, name="tracking-view"),
]
