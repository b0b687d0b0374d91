"""Workflows, their drafts and versions, and the SQL projection of runs. The run log (Redis) is the truth of a run."""

from django.conf import settings
from django.db import models
from django.db.models.fields.json import KT
from django.utils import timezone

from agentcluster.ids import new_id
from agentcluster.security.models import Project


class Workflow(models.Model):
    """A workflow with its current draft. ``draft_revision`` is the optimistic lock: every save raises it by one."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="workflows")
    name = models.SlugField(max_length=80, help_text="Used on the command line and in the API")
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    draft = models.JSONField(default=dict)
    draft_revision = models.PositiveIntegerField(default=1)
    draft_updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated_at"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="workflow_name_in_project")]

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class WorkflowVersion(models.Model):
    """An immutable graph. Published ones have a number; a run of a draft keeps its snapshot without one."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=71)
    graph = models.JSONField(help_text="With every agent version pinned")
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["workflow", "number"], name="version_number_in_workflow"),
            models.UniqueConstraint(
                fields=["workflow", "digest"], condition=models.Q(number=None), name="one_snapshot_per_content"
            ),
        ]

    def __str__(self) -> str:
        """Return the workflow and the number."""
        return f"{self.workflow.title} v{self.number}" if self.number else f"{self.workflow.title} draft"


class RunStatus(models.TextChoices):
    """Where a run stands; the last five are terminal."""

    PENDING = "pending"
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    COMPENSATING = "compensating"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"
    CONTINUED = "continued"


OPEN_STATUSES = (
    RunStatus.PENDING,
    RunStatus.QUEUED,
    RunStatus.RUNNING,
    RunStatus.WAITING,
    RunStatus.PAUSED,
    RunStatus.CANCELLING,
    RunStatus.COMPENSATING,
)


class RunPriority(models.TextChoices):
    """Which runs go first where not all can."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Run(models.Model):
    """The projection of a run. Written when the run is accepted, then only by the projector, in bulk."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs")
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="runs")
    version = models.ForeignKey(WorkflowVersion, on_delete=models.PROTECT, related_name="runs")
    status = models.CharField(max_length=12, choices=RunStatus.choices, default=RunStatus.PENDING)
    input = models.JSONField(default=dict)
    output = models.JSONField(null=True, blank=True)
    error = models.JSONField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, help_text="Why it stands still, when it does")
    labels = models.JSONField(default=dict, blank=True)
    priority = models.CharField(max_length=6, choices=RunPriority.choices, default=RunPriority.NORMAL)
    trigger = models.CharField(max_length=200, blank=True, help_text="What started it, empty for a person or program")
    origin = models.JSONField(
        null=True, blank=True, help_text="The run this one was made from, and how (designer.domain.events.Origin)"
    )
    origin_run = models.GeneratedField(
        expression=KT("origin__run_id"),
        output_field=models.CharField(max_length=26, null=True),
        db_persist=True,
        db_index=True,
        editable=False,
    )
    trace_id = models.CharField(max_length=32)
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)
    request_digest = models.CharField(max_length=71, blank=True)
    steps_total = models.PositiveIntegerField(default=0)
    steps_done = models.PositiveIntegerField(default=0)
    cursor = models.PositiveIntegerField(default=0, help_text="Sequence number of the last projected event")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    archived = models.BooleanField(default=False, editable=False, help_text="Its log stands in designer.archive")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["project", "-id"]),
            models.Index(fields=["workflow", "-id"]),
            models.Index(fields=["status", "-id"]),
            models.Index(
                fields=["ended_at"], condition=models.Q(archived=False, ended_at__isnull=False), name="run_to_archive"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["workflow", "idempotency_key"], name="idempotency_key_in_workflow")
        ]

    def __str__(self) -> str:
        """Return the id and the status."""
        return f"{self.id} {self.status}"


class OpenApproval(models.Model):
    """The projection of a step that waits for people; written by the projector, gone when it is decided."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="open_approvals")
    step = models.CharField(max_length=1000)
    message = models.TextField(blank=True)
    approvers = models.JSONField(default=list, help_text="User names; with no groups either: whoever may run it")
    groups = models.JSONField(default=list, help_text="Names of groups")
    needed = models.PositiveIntegerField(default=1)
    given = models.JSONField(default=list, help_text="User names of those who have approved")
    schema = models.JSONField(default=dict, help_text="JSON Schema of the form")
    since = models.DateTimeField()
    due = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["run", "step"], name="one_approval_per_step")]

    def __str__(self) -> str:
        """Return the run and the step."""
        return f"{self.run_id} {self.step}"


class BulkOperation(models.Model):
    """One action on many runs, chosen when it was asked for and carried out page by page in the background."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    action = models.CharField(max_length=20)
    filter = models.JSONField(default=dict)
    options = models.JSONField(default=dict, help_text="What the action takes besides a reason")
    reason = models.CharField(max_length=500, blank=True)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0, help_text="Runs for which it was carried out")
    refused = models.JSONField(default=dict, help_text="Runs that refused, counted by error code")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    worker = models.CharField(max_length=26, blank=True, editable=False, help_text="Who carries it out")
    touched_at = models.DateTimeField(default=timezone.now, help_text="When a page was finished last")
    ended_at = models.DateTimeField(null=True, blank=True, db_index=True)
    idempotency_key = models.CharField(max_length=200, null=True, blank=True, editable=False)
    request_digest = models.CharField(max_length=71, blank=True, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["created_by", "idempotency_key"], name="one_bulk_per_key")]

    def __str__(self) -> str:
        """Return what is done to how many."""
        return f"{self.action} {self.total} runs"


class BulkPage(models.Model):
    """Some of the runs of a bulk operation; what is done with all of them is done."""

    operation = models.ForeignKey(BulkOperation, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    run_ids = models.JSONField()
    done = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["operation", "number"], name="page_of_bulk_operation")]

    def __str__(self) -> str:
        """Return the operation and the page."""
        return f"{self.operation_id} page {self.number}"


class Upload(models.Model):
    """A file a person or program uploaded, readable by the members of its project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="uploads")
    digest = models.CharField(max_length=71)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "digest", "name"], name="one_upload_per_content")]

    def __str__(self) -> str:
        """Return the file name."""
        return self.name


class AuditEntry(models.Model):
    """Who did what, when: written in the transaction of the write it tells of, never changed."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="audit_entries"
    )
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.SET_NULL, related_name="audit_entries")
    action = models.CharField(max_length=40, help_text="Such as workflow.publish")
    object_id = models.CharField(max_length=80)
    title = models.CharField(max_length=255, blank=True, help_text="What the object was called then")
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["action", "object_id"], name="audit_action_object")]

    def __str__(self) -> str:
        """Return what was done to what."""
        return f"{self.action} {self.title or self.object_id}"


class Seeded(models.Model):
    """Something ``manage.py seed`` made once; it is never made again, whatever became of it."""

    name = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "seeded"

    def __str__(self) -> str:
        """Return the name."""
        return self.name
