"""Addresses of the door for programs.

One pattern for the whole API: slashes before and after it may be doubled (api.md §1.4), and
``routing`` finds the method.
"""

from django.urls import re_path
from django.urls.resolvers import URLPattern, URLResolver

from sanderling.api import door, v1, v3  # noqa: F401 - importing them registers their methods

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^/*api/+(?P<rest>v[0-9]+/.*)$", door.answer, name="api"),
]
