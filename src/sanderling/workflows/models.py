"""Workflows, the versions of each that were ever active, and one row for each run."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation
from sanderling.events.ordered import OrderedJSONField
from sanderling.postgres.fields import SequenceIdField

BUCKETS = 64


class WorkflowStatus(models.TextChoices):
    """Whether new runs begin."""

    INACTIVE = "INACTIVE", _("Not active")
    ACTIVE = "ACTIVE", _("Active")


class StartKind(models.TextChoices):
    """What begins a run."""

    EVENT = "EVENT", _("An event")
    REGULAR = "REGULAR", _("A segment, regularly")


class Uniqueness(models.TextChoices):
    """How often events of one key start a run for one contact."""

    EVERY = "EVERY", _("Every time")
    ONCE = "ONCE", _("Once ever")
    PERIOD = "PERIOD", _("Once in a period")


class Workflow(models.Model):
    """``blocks``: {"<id>": {"kind": "start|email|timer|end|…", "next": "<id>", …}}, as edited.

    What runs is ``version``: editing a block of an active workflow changes nothing until the
    changes are applied as a whole.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=8, choices=WorkflowStatus.choices, default="INACTIVE")
    start_kind = models.CharField(max_length=7, choices=StartKind.choices, default="EVENT")
    event_type = models.CharField(max_length=100, blank=True, default="")
    segment = models.ForeignKey("segments.Segment", null=True, on_delete=models.PROTECT)
    every_minutes = models.IntegerField(default=1440)
    at_time = models.TimeField(null=True)  # of a regular launch, organisation's zone
    next_launch_at = models.DateTimeField(null=True)
    uniqueness = models.CharField(max_length=6, choices=Uniqueness.choices, default="EVERY")
    unique_minutes = models.IntegerField(default=0)
    avoid_parallel = models.BooleanField(default=False)
    sources = models.JSONField(default=list)  # ids of data sources whose rows go into jsonParam
    blocks = models.JSONField(default=dict)
    version = models.ForeignKey(
        "workflows.Version", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    active_from = models.CharField(max_length=24, default="0")  # xid8 as text: events from here on
    entered_since = models.DateTimeField(null=True)  # who came into the segment later is new
    last_launch_at = models.DateTimeField(null=True)
    launch_attempts = models.IntegerField(default=0)
    launch_error = models.TextField(blank=True, default="")  # why the launch waits, in words
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "event_type"], name="workflows_by_event"),
            models.Index(
                fields=["next_launch_at"],
                name="workflows_next_launch",
                condition=models.Q(status="ACTIVE", start_kind="REGULAR"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """The blocks of a workflow as they were applied; never changed, runs refer to it."""

    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="versions")
    start = models.CharField(max_length=40)  # the id of the start block
    blocks = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"version {self.pk} of {self.workflow_id}"


class Entrant(models.Model):
    """Who came into the segment of a regular workflow and whose event is still to be raised."""

    pk = models.CompositePrimaryKey("contact_id", "workflow_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    contact_id = models.BigIntegerField()
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE)

    class Meta:
        indexes = [
            models.Index(fields=["workflow", "contact_id"], name="workflows_entrant_workflow")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} for {self.workflow_id}"


class RunStatus(models.TextChoices):
    """Where a run stands."""

    WAITING = "WAITING", _("Under way")
    FINISHED = "FINISHED", _("Finished")
    FAILED = "FAILED", _("Failed")
    STOPPED = "STOPPED", _("Stopped")


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
    params = OrderedJSONField(default=dict)  # of the event, and what webhooks answered
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="runs")
    block = models.CharField(max_length=40)
    bucket = models.IntegerField()
    status = models.CharField(max_length=8, choices=RunStatus.choices, default="WAITING")
    due_at = models.DateTimeField(db_default=models.functions.Now())
    path = models.JSONField(default=list)  # [{"block", "exit", "at", "note"}]
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
    """A slice of the runs (contact id modulo 64) that one worker leases; made when first leased."""

    id = models.IntegerField(primary_key=True)
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"bucket {self.id}"


class Cursor(models.Model):
    """The last transaction whose events of an organisation have been read."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True)
    seen = models.CharField(max_length=24, default="0")  # xid8 as text

    def __str__(self) -> str:
        return f"{self.organisation_id} at {self.seen}"
