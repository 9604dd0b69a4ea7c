"""The pages for addresses that do not exist and for our own mistakes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sanderling.lib.errors import NotFound
from sanderling.lib.logs import trace
from sanderling.web.guarding import problem_page


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is nothing here."""
    return problem_page(request, NotFound())


def broken(request: HttpRequest) -> HttpResponse:
    """Say that it is our fault, with the number that finds it in the log."""
    return render(request, "web/broken.html", {"number": trace().get("request", "")}, status=500)
