"""Archived logs, how long runs are kept, and which files may go."""

from django.db import models

from agentcluster.security.models import Project
from designer.models import Run


class RunArchive(models.Model):
    """A part of the log of a run that has ended: its entries ``first`` to ``last``, compressed.

    All parts of a log are written in the transaction that sets ``Run.archived``; only then does Redis let go of it.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="archive")
    first = models.PositiveIntegerField(help_text="Sequence number of the first entry")
    last = models.PositiveIntegerField(help_text="Sequence number of the last entry")
    head = models.CharField(max_length=32, help_text="Hash of the last entry")
    size = models.PositiveIntegerField(help_text="Bytes before compression")
    blob = models.BinaryField(help_text="The entries as JSON Lines, compressed with zstd")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "first"], name="one_part_per_place")]

    def __str__(self) -> str:
        """Return which entries of which run."""
        return f"{self.run_id} {self.first}-{self.last}"


class Unforgotten(models.Model):
    """An archived run whose log Redis may still have; gone once Redis has let go of it."""

    run_id = models.CharField(primary_key=True, max_length=26)
    head = models.CharField(max_length=32)
    seq = models.PositiveIntegerField()
    refused_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was last found that Redis has another log than the archived one"
    )

    class Meta:
        verbose_name_plural = "unforgotten"

    def __str__(self) -> str:
        """Return the run."""
        return self.run_id


class RetentionPolicy(models.Model):
    """How long runs are kept that have ended. Among those that match a run, its project's stand before global ones.

    Of several at the same level the one that keeps longest decides.
    """

    project = models.ForeignKey(
        Project,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="retention_policies",
        help_text="Empty: all",
    )
    statuses = models.JSONField(default=list, blank=True, help_text="How the runs ended; empty: in any way")
    labels = models.JSONField(default=dict, blank=True, help_text="Labels the runs have; empty: any")
    keep_days = models.PositiveIntegerField(null=True, blank=True, help_text="Days after the end; empty: for ever")
    keep_newest = models.PositiveIntegerField(
        default=0, help_text="So many of each workflow's newest are kept, however old they are"
    )
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "retention policies"

    def __str__(self) -> str:
        """Return whose runs are kept how long."""
        days = "for ever" if self.keep_days is None else f"for {self.keep_days} days"
        return f"{self.project or 'All projects'}: {', '.join(self.statuses) or 'all runs'} {days}"


class Mention(models.Model):
    """An archived run mentions a file of the artifact store."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="mentions")
    digest = models.CharField(max_length=71, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "digest"], name="one_mention_per_file")]

    def __str__(self) -> str:
        """Return what mentions what."""
        return f"{self.run_id} {self.digest}"


class LooseArtifact(models.Model):
    """A file that a deleted run mentioned: deleted too, unless something mentions it when its time of grace is over."""

    digest = models.CharField(primary_key=True, max_length=71)
    since = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        """Return the digest."""
        return self.digest
