"""Addresses of the door for people, area by area."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from sanderling.web import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("", include("sanderling.web.home.urls")),
    path("", include("sanderling.web.accounts.urls")),
    path("", include("sanderling.web.settings.urls")),
    path("", include("sanderling.web.sending.urls")),
    path("", include("sanderling.web.channels.urls")),
    path("", include("sanderling.web.messages.urls")),
    path("", include("sanderling.web.campaigns.urls")),
    path("", include("sanderling.web.tracking.urls")),
    path("", include("sanderling.web.partners.urls")),
    path("", include("sanderling.web.revenue.urls")),
    path("", include("sanderling.web.websites.urls")),
    path("", include("sanderling.web.contacts.urls")),
    path("", include("sanderling.web.connectors.urls")),
    path("", include("sanderling.web.sources.urls")),
    path("", include("sanderling.web.segments.urls")),
    path("", include("sanderling.web.workflows.urls")),
    path("", include("sanderling.web.exports.urls")),
    path("", include("sanderling.web.reports.urls")),
    path("", include("sanderling.web.inbox.urls")),
]
