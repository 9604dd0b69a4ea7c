"""The pages for addresses that do not exist, for our own mistakes, and without a database."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sanderling.lib.errors import NotFound
from sanderling.lib.logs import trace
from sanderling.postgres.outages import is_outage
from sanderling.web.guarding import problem_page


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is nothing here."""
    return problem_page(request, NotFound())


def broken(request: HttpRequest) -> HttpResponse:
    """Say that it is our fault, with the number that finds it in the log.

    Django calls this while it handles what was raised; an outage is not for whoever reads logs.
    """
    if is_outage(sys.exception()):
        return _away(request)
    return render(request, "web/broken.html", {"number": trace().get("request", "")}, status=500)


def _away(request: HttpRequest) -> HttpResponse:
    page = render(request, "web/away.html", status=503)
    page["Retry-After"] = "5"
    return page
