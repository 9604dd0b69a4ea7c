"""Where providers say what became of a message: no sign-in, a signed word in the address.

Whatever is understood is settled; the rest is answered with 200 as well, because a provider that
gets an error sends the same again for days.
"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from sanderling.lib.errors import NotFound
from sanderling.sending import reporting

LARGEST = 1024 * 1024


@csrf_exempt  # the word is the proof
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, word: str) -> HttpResponse:
    """Settle the reports of one call; the answer is how many of them told anything new."""
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return HttpResponse(status=413)
    try:
        told = reporting.received(
            word,
            query=request.META.get("QUERY_STRING", ""),
            body=request.body,
            media=request.headers.get("Content-Type", ""),
        )
    except NotFound:
        return HttpResponse("No gateway reports here.", status=404, content_type="text/plain")
    return HttpResponse(str(told), content_type="text/plain")
