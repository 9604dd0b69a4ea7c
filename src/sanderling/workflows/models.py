"""Workflows, and one row for each run of each."""

from django.db import models

from sanderling.accounts.models import Organisation
from sanderling.postgres.fields import SequenceIdField

BUCKETS = 64


class WorkflowStatus(models.TextChoices):
    """Whether new runs begin."""

    INACTIVE = "INACTIVE", "Not active"
    ACTIVE = "ACTIVE", "Active"


class StartKind(models.TextChoices):
    """What begins a run."""

    EVENT = "EVENT", "An event"
    REGULAR = "REGULAR", "A segment, regularly"


class Workflow(models.Model):
    """``blocks``: {"<id>": {"kind": "start|email|timer|end|…", "next": "<id>", …}}."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=8, choices=WorkflowStatus.choices, default="INACTIVE")
    start_kind = models.CharField(max_length=7, choices=StartKind.choices, default="EVENT")
    event_type = models.CharField(max_length=100, blank=True, default="")
    segment = models.ForeignKey("segments.Segment", null=True, on_delete=models.PROTECT)
    every_minutes = models.IntegerField(default=1440)
    at_time = models.TimeField(null=True)  # of a regular launch, organisation's zone
    next_launch_at = models.DateTimeField(null=True)
    uniqueness = models.CharField(max_length=6, default="EVERY")  # EVERY, ONCE, PERIOD
    unique_minutes = models.IntegerField(default=0)
    avoid_parallel = models.BooleanField(default=False)
    sources = models.JSONField(default=list)  # ids of data sources whose rows go into jsonParam
    blocks = models.JSONField(default=dict)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "event_type"], name="workflows_by_event"),
        ]

    def __str__(self) -> str:
        return self.name


class RunStatus(models.TextChoices):
    """Where a run stands."""

    WAITING = "WAITING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    STOPPED = "STOPPED"


class Run(models.Model):
    """One launch for one contact: a cursor in the blocks."""

    pk = models.CompositePrimaryKey("contact_id", "id")
    id = SequenceIdField(sequence="workflows_run_id_seq")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="workflow_runs"
    )
    contact_id = models.BigIntegerField()
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE)
    event_id = models.BigIntegerField(null=True)
    event_key = models.CharField(max_length=500, blank=True, default="")
    event_type_key = models.CharField(max_length=100, blank=True, default="")
    unique_key = models.CharField(max_length=200)  # what makes it the same run
    params = models.JSONField(default=dict)
    blocks = models.JSONField(default=dict)  # the workflow as it was at the start
    block = models.CharField(max_length=40)
    bucket = models.IntegerField()
    status = models.CharField(max_length=8, choices=RunStatus.choices, default="WAITING")
    due_at = models.DateTimeField(db_default=models.functions.Now())
    path = models.JSONField(default=list)  # [{"block", "at", "note"}]
    error = models.TextField(blank=True, default="")
    attempts = models.IntegerField(default=0)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact_id", "workflow", "unique_key"], name="workflows_run_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["bucket", "due_at"],
                name="workflows_run_due",
                condition=models.Q(status="WAITING"),
            ),
            models.Index(fields=["workflow", "-id"], name="workflows_run_recent"),
        ]

    def __str__(self) -> str:
        return f"run {self.id}"


class Bucket(models.Model):
    """A hash slice of the runs that one worker leases (a small local table)."""

    id = models.IntegerField(primary_key=True)
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"bucket {self.id}"


class Cursor(models.Model):
    """How far the starting loop has read the events of an organisation (transaction ids)."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True)
    seen = models.CharField(max_length=24, default="0")  # xid8 as text

    def __str__(self) -> str:
        return f"{self.organisation_id} at {self.seen}"
