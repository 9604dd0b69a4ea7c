"""Pages by keyset: ``?before=<id>`` continues a list, however long it is."""

from django.http import HttpRequest

LARGEST = 2**63 - 1


def before_of(request: HttpRequest) -> int | None:
    """Return the id before which the page begins; None for the first page and for nonsense."""
    text = request.GET.get("before", "")
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    return min(int(text), LARGEST)
