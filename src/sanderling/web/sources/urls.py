"""Addresses of data sources."""

from django.urls import path

from sanderling.web.sources import copies, files, views

urlpatterns = [
    path("data-sources/", views.index, name="sources-list"),
    path("data-sources/new", views.new, name="sources-new"),
    path("data-sources/<int:source_id>", views.show, name="sources-show"),
    path("data-sources/<int:source_id>/columns", views.refresh, name="sources-refresh"),
    path("data-sources/<int:source_id>/delete", views.delete, name="sources-delete"),
    path("data-sources/<int:source_id>/copy", copies.keep, name="sources-copy"),
    path("data-sources/<int:source_id>/copy/state", copies.state, name="sources-copy-state"),
    path("data-sources/<int:source_id>/copy/now", copies.copy_now, name="sources-copy-now"),
    path("data-sources/<int:source_id>/copy/drop", copies.drop, name="sources-copy-drop"),
    path("data-sources/files/new", files.new, name="sources-file-new"),
    path("data-sources/files/<int:file_id>", files.show, name="sources-file"),
    path("data-sources/files/<int:file_id>/state", files.state, name="sources-file-state"),
    path("data-sources/files/<int:file_id>/fetch", files.fetch, name="sources-file-fetch"),
    path("data-sources/files/<int:file_id>/delete", files.delete, name="sources-file-delete"),
]
