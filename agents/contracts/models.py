"""Contracts: subjects with immutable, numbered versions; schemas stored once by content (features B2)."""

from django.conf import settings
from django.db import models

from agentcluster.security.models import Project

TYPES = [("AVRO", "Avro"), ("PROTOBUF", "Protobuf"), ("JSON", "JSON Schema")]


class Contract(models.Model):
    """A subject: what messages under one name look like, version by version."""

    name = models.CharField(max_length=255, unique=True, help_text="Such as orders.created.v1")
    pattern = models.CharField(
        max_length=255,
        blank=True,
        db_index=True,
        help_text="NATS subject (may have wildcards) or side of an agent it applies to; empty: none",
    )
    project = models.ForeignKey(
        Project,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="contracts",
        help_text="Its editors change the contract; empty: only operators do",
    )
    compatibility = models.CharField(max_length=24, blank=True, help_text="Empty: the level for all")
    mode = models.CharField(max_length=24, blank=True, help_text="Empty: the mode for all")
    system = models.BooleanField(default=False, help_text="One of the system's own messages; read only")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        permissions = [("bind_contract", "Can bind contracts to subjects and agents")]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Schema(models.Model):
    """A schema by content; ``id`` is the number messages carry on the wire."""

    schema_type = models.CharField(max_length=10, choices=TYPES)
    digest = models.CharField(max_length=71, unique=True, help_text="sha256:<64 hex> of type, content and references")
    text = models.TextField()
    compiled = models.TextField(blank=True, help_text="What saves reading it again (Protobuf)")
    references = models.JSONField(default=list, help_text="[{name, subject, version}]")

    def __str__(self) -> str:
        """Return type and number."""
        return f"{self.schema_type} {self.pk}"


class ContractVersion(models.Model):
    """A version: a number that counts up, and a semantic version; never changed, at most marked as deleted."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    semver = models.CharField(max_length=40)
    schema = models.ForeignKey(Schema, on_delete=models.PROTECT, related_name="versions")
    deleted = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["contract__name", "number"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="one_number_per_contract"),
            models.UniqueConstraint(fields=["contract", "semver"], name="one_semver_per_contract"),
        ]

    def __str__(self) -> str:
        """Return contract and semantic version."""
        return f"{self.contract.name}@{self.semver}"


class ContractSettings(models.Model):
    """What holds for all contracts without settings of their own; one row at most."""

    compatibility = models.CharField(max_length=24, default="BACKWARD")
    mode = models.CharField(max_length=24, default="READWRITE")

    class Meta:
        verbose_name_plural = "contract settings"

    def __str__(self) -> str:
        """Return both."""
        return f"{self.compatibility}, {self.mode}"
