"""Somebody's HTML inside one of our pages: shown, never run.

The answer is of no origin (``sandbox``) and may load pictures and styles only; the frame that
holds it says ``sandbox`` too.
"""

from django.http import HttpResponse

SEALED = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "img-src https: http: data:; style-src 'unsafe-inline' https:; font-src https: data:"
)


def in_frame(body: str | bytes, *, content_type: str = "text/html; charset=utf-8") -> HttpResponse:
    """Return somebody's page for a frame on ours."""
    response = HttpResponse(body, content_type=content_type)
    response["Content-Security-Policy"] = f"{SEALED}; frame-ancestors 'self'"
    response["Referrer-Policy"] = "no-referrer"
    return response
