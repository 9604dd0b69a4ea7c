"""What machines ask: are you alive, are you ready, how much work is waiting."""

import hmac
import ipaddress

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

# Small tables or partial indexes only: a scrape every few seconds must cost nothing.
WAITING = {
    "sending_batches": "SELECT status, count(*) FROM sending_batch"
    " WHERE status IN ('WAITING', 'LEASED', 'PAUSED') GROUP BY status",
    "imports": "SELECT status, count(*) FROM contacts_import"
    " WHERE status IN ('QUEUED', 'RUNNING') GROUP BY status",
    "broadcasts": "SELECT status, count(*) FROM broadcasts_broadcast"
    " WHERE status IN ('SCHEDULED', 'RUNNING') GROUP BY status",
    "workflow_runs_due": "SELECT 'DUE', count(*) FROM workflows_run"
    " WHERE status = 'WAITING' AND due_at <= now()",
    "exports_late": "SELECT 'LATE', count(*) FROM exports_export"
    " WHERE NOT is_paused AND next_run_at < now() - interval '5 minutes'",
}


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process runs."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database is there and migrated, else 503 with the reason."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception:  # whatever it is, we are not ready
        return JsonResponse({"ready": False, "reason": "the database does not answer"}, status=503)
    if waiting:
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


class Ledgers(Collector):
    """The work that waits, read from the ledgers themselves."""

    def collect(self) -> list[Metric]:
        """Return one gauge per ledger."""
        return [self._gauge(name, query) for name, query in WAITING.items()]

    def describe(self) -> list[Metric]:
        """Promise nothing: registering must not ask the database."""
        return []

    def _gauge(self, name: str, query: str) -> Metric:
        gauge = GaugeMetricFamily(f"sanderling_{name}", "Rows that wait.", labels=["status"])
        with connection.cursor() as cursor:
            cursor.execute(query)
            for status, count in cursor.fetchall():
                gauge.add_metric([status], count)
        return gauge


def _may_measure(request: HttpRequest) -> bool:
    token = settings.ENVIRONMENT.text("SANDERLING_METRICS_TOKEN")
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
