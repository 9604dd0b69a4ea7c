"""Every address of the product, door by door."""

from django.urls import include, path

urlpatterns = [
    path("", include("sanderling.api.urls")),
    path("", include("sanderling.web.urls")),
]

handler404 = "sanderling.web.problems.not_found"
handler500 = "sanderling.web.problems.broken"
