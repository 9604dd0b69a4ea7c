"""What a view reads out of a request, never trusting that it is there or a number."""

from django.http import QueryDict

from sanderling.web.membership import PersonRequest

DIGITS = 19  # fewer than a bigint may have


def number(asked: QueryDict, name: str) -> int | None:
    """Return a whole number of the query, or None when there is none."""
    return _whole(asked.get(name, ""))


def numbers(asked: QueryDict, name: str) -> list[int]:
    """Return all whole numbers of a name."""
    found = map(_whole, asked.getlist(name))
    return [value for value in found if value is not None]


def text(asked: QueryDict, name: str) -> str:
    """Return a text without spaces around it, or the NUL that no column can hold."""
    return asked.get(name, "").replace("\x00", "").strip()


def is_from_htmx(request: PersonRequest) -> bool:
    """Return whether only a part of the page is wanted."""
    return request.headers.get("HX-Request") == "true"


def _whole(written: str) -> int | None:
    is_number = written.isascii() and written.isdigit() and len(written) < DIGITS
    return int(written) if is_number else None
