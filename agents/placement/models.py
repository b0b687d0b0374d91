"""What the operator wants to run: a row for each agent version that was ever deployed, and its history."""

from django.conf import settings
from django.db import models


class Deployment(models.Model):
    """Have ``replicas`` instances of an agent version; 0 once it is no longer wanted. Nodes get it through NATS."""

    agent = models.CharField(max_length=80, db_index=True)
    version = models.CharField(max_length=40)
    identity = models.CharField(max_length=80, unique=True)
    replicas = models.PositiveIntegerField(default=0)
    where = models.JSONField(default=dict, blank=True, help_text="region, role, nodes, not_nodes: which nodes qualify")
    weight = models.PositiveSmallIntegerField(
        default=100, help_text="Its share of calls that name no version, from 0 to 100"
    )
    withdrawn = models.BooleanField(default=False, editable=False, help_text="Its bundle may not be used any more")
    revision = models.BigIntegerField(default=0, editable=False, help_text="Only ever rises; nodes heed the highest")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)
    scaled_by = models.CharField(
        max_length=120,
        blank=True,
        default="",
        editable=False,
        help_text="The policy that set the number; empty: by hand",
    )
    why = models.TextField(blank=True, default="", editable=False, help_text="Why the policy set it so")

    class Meta:
        ordering = ["agent", "-changed_at"]
        permissions = [("operate_nodes", "Can drain and stop nodes, and restart, move and stop instances")]

    def __str__(self) -> str:
        """Return ``name@version``."""
        return f"{self.agent}@{self.version}"

    @property
    def changed_by_name(self) -> str:
        """Who changed it last: a user, else the policy; empty for the system itself."""
        return self.changed_by.get_username() if self.changed_by else self.scaled_by


class Change(models.Model):
    """How a deployment stood after a change."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="changes")
    action = models.CharField(max_length=20)
    replicas = models.PositiveIntegerField()
    where = models.JSONField(default=dict)
    weight = models.PositiveSmallIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    policy = models.CharField(
        max_length=120, blank=True, default="", help_text="The policy that did it, and of which set"
    )
    why = models.TextField(blank=True, default="", help_text="Why the policy did it")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        """Return what was done."""
        return f"{self.action}: {self.replicas}"

    @property
    def by_name(self) -> str:
        """Who did it: a user, else the policy; empty for the system itself."""
        return self.by.get_username() if self.by else self.policy
