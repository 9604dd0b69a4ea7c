"""What machines ask: are you alive, are you ready, how much work is waiting."""

import hmac
import ipaddress

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest

from sanderling.postgres import schema
from sanderling.web.ledgers import Ledgers


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process runs."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database is there and migrated, else 503 with the reason."""
    try:
        missing = schema.missing()
    except DatabaseError:
        return JsonResponse({"ready": False, "reason": "the database does not answer"}, status=503)
    if missing:
        return JsonResponse({"ready": False, "reason": "run `sanderling migrate`"}, status=503)
    return JsonResponse({"ready": True})


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return Prometheus metrics to this machine, or to who knows ``SANDERLING_METRICS_TOKEN``."""
    if not _may_measure(request):
        return HttpResponse("Only from this machine, or with the metrics token.\n", status=403)
    registry = CollectorRegistry()
    registry.register(Ledgers())
    return HttpResponse(generate_latest(registry), content_type="text/plain; version=0.0.4")


def _may_measure(request: HttpRequest) -> bool:
    token = settings.ENVIRONMENT.text("SANDERLING_METRICS_TOKEN")
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    return _is_this_machine(request)


def _is_this_machine(request: HttpRequest) -> bool:
    """Whether no other machine asks; one that came through a proxy here is another one."""
    if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
