"""The work that waits, as Prometheus gauges read from the ledgers themselves.

Whichever process is asked, the figures are those of the whole installation.  How many requests
came and how long they took stands in the log lines, one a request (``SANDERLING_LOG_FORMAT=json``
for collectors): counters of many web processes would need files to meet in, and the proxy in front
counts them anyway.
"""

import logging
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Gauge:
    """One gauge; with ``statuses`` its query gives a number per status, else one number."""

    name: str
    help: str
    query: str
    statuses: tuple[str, ...] = ()


# Small tables or partial indexes only: a scrape every few seconds must cost nothing.
GAUGES = (
    Gauge(
        "sending_batches",
        "Batches of messages on their way.",
        "SELECT status, count(*) FROM sending_batch"
        " WHERE status IN ('WAITING', 'LEASED') GROUP BY status",
        ("WAITING", "LEASED"),
    ),
    Gauge(
        "sending_oldest_due_seconds",
        "How long the oldest batch has been due.",
        "SELECT extract(epoch FROM now() - min(due_at)) FROM sending_batch"
        " WHERE status IN ('WAITING', 'LEASED') AND due_at <= now()",
    ),
    Gauge(
        "imports",
        "Imports that wait or run.",
        "SELECT status, count(*) FROM contacts_import"
        " WHERE status IN ('QUEUED', 'RUNNING') GROUP BY status",
        ("QUEUED", "RUNNING"),
    ),
    Gauge(
        "imports_oldest_seconds",
        "Age of the oldest import that has not ended.",
        "SELECT extract(epoch FROM now() - min(created_at)) FROM contacts_import"
        " WHERE status IN ('QUEUED', 'RUNNING')",
    ),
    Gauge(
        "broadcasts",
        "Campaigns that are scheduled or run.",
        "SELECT status, count(*) FROM broadcasts_broadcast"
        " WHERE status IN ('SCHEDULED', 'RUNNING') GROUP BY status",
        ("SCHEDULED", "RUNNING"),
    ),
    Gauge(
        "workflow_runs_due",
        "Workflow runs whose next step is due.",
        "SELECT count(*) FROM workflows_run WHERE status = 'WAITING' AND due_at <= now()",
    ),
    Gauge(
        "workflow_oldest_due_seconds",
        "How long the oldest workflow run has been due.",
        "SELECT extract(epoch FROM now() - min(due_at)) FROM workflows_run"
        " WHERE status = 'WAITING' AND due_at <= now()",
    ),
    Gauge(
        "exports_late",
        "Data exports that should have started five minutes ago.",
        "SELECT count(*) FROM exports_export"
        " WHERE NOT is_paused AND next_run_at < now() - interval '5 minutes'",
    ),
    Gauge(
        "exports_oldest_success_seconds",
        "Time since the last success of the data export that has waited longest for one.",
        "SELECT extract(epoch FROM now() - min(coalesce(latest.finished_at, e.created_at)))"
        " FROM exports_export e LEFT JOIN LATERAL"
        " (SELECT finished_at FROM exports_run WHERE export_id = e.id AND status = 'FINISHED'"
        " ORDER BY id DESC LIMIT 1) latest ON true WHERE NOT e.is_paused",
    ),
    Gauge(
        "workers",
        "Worker processes that gave a sign of life in the last 30 seconds.",
        "SELECT count(*) FROM procrastinate_workers"
        " WHERE last_heartbeat > now() - interval '30 seconds'",
    ),
)


class Ledgers(Collector):
    """All gauges at this moment."""

    def collect(self) -> list[Metric]:
        """Return one gauge per ledger, or only that the database does not answer."""
        is_up = GaugeMetricFamily("sanderling_database_up", "Whether the database answers.")
        try:
            with transaction.atomic():
                gauges = [measured(gauge) for gauge in GAUGES]
        except DatabaseError as error:
            LOG.warning("No metrics: %s", str(error).splitlines()[0])
            gauges = []
        is_up.add_metric([], 1 if gauges else 0)
        return [is_up, *gauges]

    def describe(self) -> list[Metric]:
        """Promise nothing: registering must not ask the database."""
        return []


def measured(gauge: Gauge) -> Metric:
    """Return a gauge with its figures; what is not there counts as nothing."""
    labels = ["status"] if gauge.statuses else []
    metric = GaugeMetricFamily(f"sanderling_{gauge.name}", gauge.help, labels=labels)
    with connection.cursor() as cursor:
        cursor.execute(gauge.query)
        rows = cursor.fetchall()
    if not gauge.statuses:
        metric.add_metric([], float(rows[0][0] or 0))
    counts = dict(rows) if gauge.statuses else {}
    for status in gauge.statuses:
        metric.add_metric([status], counts.get(status, 0))
    return metric
