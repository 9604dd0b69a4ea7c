"""Addresses of the door for programs.

One pattern for all methods: slashes before and after it may be doubled (api.md §1.4), and
``routing`` finds the method.  Programs keep a part of the address in their settings and the rest in
their code, so ``/v1/…`` and ``/api/…`` without a version lead to the same methods; whatever else
lies below ``/api/`` is a 404 that a program can read.
"""

from django.urls import path, re_path
from django.urls.resolvers import URLPattern, URLResolver

from sanderling.api import appinbox, door, hosting, openapi, tracker, v1, v3  # noqa: F401 - importing registers the methods

urlpatterns: list[URLPattern | URLResolver] = [
    path("m/<str:word>", hosting.page, name="api-message"),
    path("api/docs", openapi.page, name="api-docs"),
    path("api/openapi.json", openapi.document, name="api-openapi"),
    re_path(r"^/*appinbox/v1/messages/count/?$", appinbox.count, name="inbox-of-app-count"),
    re_path(r"^/*appinbox/v1/messages/status/?$", appinbox.status, name="inbox-of-app-status"),
    re_path(r"^/*appinbox/v1/messages/?$", appinbox.messages, name="inbox-of-app"),
    path("scripts/<slug:code>.js", tracker.script, name="site-script"),
    path("scripts/<slug:code>/worker.js", tracker.worker, name="site-worker"),
    re_path(r"^/*api/+v2/?$", tracker.collect, name="site-events"),
    re_path(r"^/*api/+v2/push$", tracker.push, name="site-push"),
    re_path(r"^/*(?:api/+)?(?P<rest>v[0-9]+/[\s\S]*)$", door.answer, name="api"),
    re_path(r"^/*api/+(?P<rest>[\s\S]*)$", door.answer_without_version, name="api-unversioned"),
    re_path(r"^/*logs/+v1/+plugin/?$", tracker.discard, name="plugin-log"),
]
