"""Data exports: where to, what, how often, and how each run went."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation
from sanderling.connectors.models import Connector


class Interval(models.TextChoices):
    """How often rows are uploaded."""

    QUARTER = "15m", _("Every 15 minutes")
    HOUR = "1h", _("Every hour")
    SIX_HOURS = "6h", _("Every 6 hours")
    DAY = "24h", _("Every 24 hours")
    CRON = "cron", _("By a cron line")


class Rhythm(models.TextChoices):
    """How often both sides are compared unasked: some destinations bill what that reads."""

    NIGHT = "night", _("Every night")
    WEEK = "week", _("One night a week")
    NEVER = "never", _("Only when somebody asks")


class Export(models.Model):
    """One schedule of uploads into one schema of one connector."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    connector = models.ForeignKey(Connector, on_delete=models.PROTECT)
    schema = models.CharField(max_length=200, default="public")
    interval = models.CharField(max_length=4, choices=Interval.choices, default="24h")
    cron = models.CharField(max_length=100, blank=True, default="")
    datasets = models.JSONField(default=list)
    views = models.JSONField(default=list)  # of the ready-made analysis, that somebody asked for
    rhythm = models.CharField(
        max_length=5, choices=Rhythm.choices, default="night", db_default="night"
    )
    is_paused = models.BooleanField(default=False)
    next_run_at = models.DateTimeField(null=True)
    requested_at = models.DateTimeField(null=True)  # somebody pressed "Run now"
    compare_requested_at = models.DateTimeField(null=True)  # … or "Compare"
    resend = models.JSONField(default=list, db_default=[])  # datasets to be sent as a whole
    compare_at = models.DateTimeField(null=True)  # the next night on which both sides are compared
    lease_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    lease_pid = models.IntegerField(null=True)  # the session of our database that the run needs
    lease_since = models.DateTimeField(null=True)  # when it began: process ids are used again
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["next_run_at"], name="exports_due")]

    def __str__(self) -> str:
        return f"export {self.pk}"


class Watermark(models.Model):
    """How far a dataset has been exported: everything below ``low`` has arrived.

    A copy of the row in the customer's schema, which is the truth: it is written in the
    transaction of the rows.  Ours serves the pages, and tells that theirs was lost.
    """

    export = models.ForeignKey(Export, on_delete=models.CASCADE)
    dataset = models.CharField(max_length=24)
    low = models.CharField(max_length=24, default="0")  # xid8 as text
    high = models.CharField(max_length=24, blank=True, default="")  # of the last window
    system = models.CharField(max_length=80, blank=True, default="")  # which database of ours
    target = models.TextField(blank=True, default="")  # which database and schema of theirs
    fresh_at = models.DateTimeField(null=True)  # every change committed before it has arrived
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["export", "dataset"], name="exports_watermark_once")
        ]

    def __str__(self) -> str:
        return f"{self.export_id} {self.dataset} {self.low}"


class RunStatus(models.TextChoices):
    """How a run ended."""

    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"


class Run(models.Model):
    """One run of an export."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="export_runs"
    )
    export = models.ForeignKey(Export, on_delete=models.CASCADE)
    status = models.CharField(max_length=8, choices=RunStatus.choices, default="RUNNING")
    cause = models.CharField(max_length=8, default="SCHEDULE")  # REQUEST, COMPARE, NIGHT
    problem = models.TextField(blank=True, default="")  # of the views, beside the datasets
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    next_run_at = models.DateTimeField(null=True)  # as it stood when this one ended

    class Meta:
        indexes = [models.Index(fields=["export", "-id"], name="exports_run_recent")]

    def __str__(self) -> str:
        return f"run {self.pk}"


class DatasetRun(models.Model):
    """What a run did with one dataset."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="datasets")
    dataset = models.CharField(max_length=24)
    status = models.CharField(max_length=8, choices=RunStatus.choices, default="RUNNING")
    rows_read = models.BigIntegerField(default=0)
    rows_written = models.BigIntegerField(default=0)
    rows_deleted = models.BigIntegerField(default=0)
    bytes_sent = models.BigIntegerField(default=0)
    requests = models.BigIntegerField(default=0, db_default=0)  # where they are counted: BigQuery
    bytes_billed = models.BigIntegerField(default=0, db_default=0)  # that queries there have read
    notes = models.JSONField(default=list)  # sentences: widened columns, left-out columns…
    error = models.TextField(blank=True, default="")
    held_seconds = models.FloatField(default=0)  # age of our oldest open writer: it holds rows back
    fresh_at = models.DateTimeField(null=True)  # what was committed before had arrived at its end
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.dataset} of run {self.run_id}"


class Comparison(models.Model):
    """Counts and checksums of a dataset on both sides, by day; one row each time they were taken.

    ``days``: [{"day", "here", "there", "waiting"}] of the days that differ.  Rows that changed
    since the last run wait: a day with such rows may differ for them alone.
    """

    export = models.ForeignKey(Export, on_delete=models.CASCADE)
    run = models.ForeignKey(Run, null=True, on_delete=models.CASCADE)
    dataset = models.CharField(max_length=24)
    rows_here = models.BigIntegerField(default=0)
    rows_there = models.BigIntegerField(default=0)
    rows_waiting = models.BigIntegerField(default=0)
    days_compared = models.IntegerField(default=0)
    days = models.JSONField(default=list)
    error = models.TextField(blank=True, default="")
    compared_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["export", "dataset", "-id"], name="exports_comparison_last")
        ]

    def __str__(self) -> str:
        return f"{self.export_id} {self.dataset}"

    @property
    def is_equal(self) -> bool:
        """Whether every difference is one of rows that still wait."""
        return not self.error and all(day["waiting"] for day in self.days)
