"""Triggers and what became of each event that reached them."""

import secrets

from django.conf import settings
from django.db import models

from agentcluster.ids import new_id
from designer.models import Run, RunPriority, Workflow


class Kind(models.TextChoices):
    """Where a trigger's events come from."""

    WEBHOOK = "webhook"
    CRON = "cron"
    NATS = "nats"
    STREAM = "stream"


class Outcome(models.TextChoices):
    """What became of an event. ``retrying`` ones are tried again; all others are final."""

    STARTED = "started"
    REFUSED = "refused"
    SKIPPED = "skipped"
    RETRYING = "retrying"


def new_public_id() -> str:
    """Return 192 random bits as text: what makes a webhook's address unguessable."""
    return secrets.token_urlsafe(24)


class Trigger(models.Model):
    """Starts runs of a workflow when something happens, with the rights of ``run_as`` at that moment."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="triggers")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=120)
    enabled = models.BooleanField(default=True)
    version = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: the newest published")
    config = models.JSONField(default=dict, help_text="See designer.triggers.kinds")
    input = models.JSONField(default=dict, help_text="The run's input, with expressions over the event")
    priority = models.CharField(
        max_length=6, choices=RunPriority.choices, blank=True, help_text="Empty: the workflow's"
    )
    labels = models.JSONField(default=dict, blank=True)
    run_as = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)
    sealed_secrets = models.TextField(blank=True, editable=False)
    cursor = models.DateTimeField(
        null=True, blank=True, help_text="The last scheduled moment that was dealt with (cron)"
    )
    enabled_at = models.DateTimeField(auto_now_add=True, help_text="Events from then on count")
    last_fired_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    started_count = models.PositiveBigIntegerField(default=0)
    refused_count = models.PositiveBigIntegerField(default=0)
    skipped_count = models.PositiveBigIntegerField(default=0)
    bad_signature_count = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["kind", "enabled"], name="trigger_kind_enabled")]
        constraints = [models.UniqueConstraint(fields=["workflow", "name"], name="trigger_name_in_workflow")]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Firing(models.Model):
    """One event: what came, when, and the run it started or why there is none. Old ones are pruned."""

    trigger = models.ForeignKey(Trigger, on_delete=models.CASCADE, related_name="firings")
    key = models.CharField(max_length=200, help_text="The same for every delivery of the same event")
    at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    code = models.CharField(max_length=60, blank=True)
    message = models.TextField(blank=True)
    event = models.JSONField(null=True, blank=True, help_text="What came, shortened")
    attempts = models.PositiveIntegerField(default=1)
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["trigger", "-id"], name="firing_trigger_newest")]
        constraints = [models.UniqueConstraint(fields=["trigger", "key"], name="one_firing_per_event")]

    def __str__(self) -> str:
        """Return the outcome and the moment."""
        return f"{self.outcome} {self.at:%Y-%m-%d %H:%M:%S}"


class Leftover(models.Model):
    """A consumer that a trigger left on NATS or Redis, until the listener has removed it."""

    trigger_id = models.CharField(max_length=26)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    place = models.CharField(max_length=255, help_text="The subject, or the stream's key")

    def __str__(self) -> str:
        """Return the kind and the place."""
        return f"{self.kind} {self.place}"
