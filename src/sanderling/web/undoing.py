"""What was just deleted can be taken back from the notice that says so.

Its content waits in the session, which only this person has, until something else is deleted.
It comes back under a new number: nothing named the old one, or it could not have been deleted.
"""

from typing import Any

from django.contrib import messages

from sanderling.web.membership import PersonRequest

KEY = "undo"
TAG = "undo"  # of a notice that bears the button


def offer(request: PersonRequest, kind: str, words: str, kept: dict[str, Any]) -> None:
    """Say that something is deleted, with a button that brings it back."""
    here = request.organisation.pk
    request.session[KEY] = {"kind": kind, "organisation": here, "kept": kept}
    messages.success(request, words, extra_tags=TAG)


def taken(request: PersonRequest) -> tuple[str, dict[str, Any]] | None:
    """Return kind and content of what was deleted last, once; None when there is nothing."""
    waiting = request.session.pop(KEY, None)
    if waiting is None or waiting["organisation"] != request.organisation.pk:
        return None
    return waiting["kind"], waiting["kept"]
