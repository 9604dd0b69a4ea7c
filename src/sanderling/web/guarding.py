"""The guard of every page: signed in, a member, and allowed."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import SanderlingError
from sanderling.web.membership import PersonRequest

P = ParamSpec("P")
View = Callable[Concatenate[PersonRequest, P], HttpResponseBase]


def allowed(permission: Permission | None = None) -> Callable[[View[P]], Callable[..., Any]]:
    """Guard a view: a stranger goes to the sign-in page, a member without the right sees why.

    A SanderlingError that the view lets through becomes a page that says it in words.
    """

    def guard(view: View[P]) -> Callable[..., Any]:
        @functools.wraps(view)
        def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.actor is None:
                return render(request, "web/no_organisation.html", status=403)
            if permission is not None and permission not in request.actor.permissions:
                return render(request, "web/forbidden.html", status=403)
            try:
                return view(request, *args, **kwargs)
            except SanderlingError as error:
                return problem_page(request, error)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard


def problem_page(request: HttpRequest, error: SanderlingError) -> HttpResponse:
    """Return the page that says what went wrong and what to do."""
    return render(request, "web/problem.html", {"problem": error}, status=error.status)
