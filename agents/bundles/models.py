"""Bundles, what was decided on them, and the keys whose signatures are trusted."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Status(models.TextChoices):
    """Only approved bundles are given to nodes."""

    QUARANTINED = "quarantined", "quarantined"
    APPROVED = "approved", "approved"
    REJECTED = "rejected", "rejected"


class SigningKey(models.Model):
    """A public key whose signatures are trusted."""

    id = models.CharField(primary_key=True, max_length=32, editable=False, help_text="SHA-256 of the key, shortened")
    name = models.CharField(max_length=120, help_text="Whose key it is")
    public_key = models.CharField(max_length=64, unique=True, help_text="Ed25519, 32 bytes in base64")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Bundle(models.Model):
    """An agent version as files; its zip is stored once, by the digest of its bytes."""

    digest = models.CharField(max_length=64, unique=True, help_text="The 64 hex digits of the identity")
    agent = models.CharField(max_length=80, db_index=True)
    version = models.CharField(max_length=40)
    manifest = models.JSONField()
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.QUARANTINED, db_index=True)
    network_granted = models.BooleanField(default=False, help_text="Its instances may use the network")
    zip_digest = models.CharField(max_length=64, help_text="SHA-256 of the zip")
    size = models.PositiveBigIntegerField(help_text="Bytes of the zip")
    file_count = models.PositiveIntegerField()
    files = models.JSONField(help_text="Path, size and SHA-256 of each file")
    checks = models.JSONField()
    key_id = models.CharField(max_length=32, blank=True, help_text="The key it was signed with")
    signature = models.CharField(max_length=100, blank=True)
    on_bus = models.BooleanField(default=False, help_text="Nodes can fetch it")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True, db_index=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    zip_removed_at = models.DateTimeField(null=True, help_text="When the zip of a rejected bundle was removed")

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        permissions = [("decide_bundle", "Can approve, reject and quarantine bundles")]
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "version"], condition=~Q(status="rejected"), name="one_bundle_per_version"
            )
        ]

    def __str__(self) -> str:
        """Return ``name@version``."""
        return f"{self.agent}@{self.version}"

    @property
    def identity(self) -> str:
        """Return ``agent://sha256:<64 hex>``."""
        return f"agent://sha256:{self.digest}"

    @property
    def network_asked(self) -> bool:
        """Whether the manifest asks for the network."""
        return bool(self.manifest.get("network", "none") == "full")


class Decision(models.Model):
    """What was done to a bundle, by whom; the newest is the one that holds."""

    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="decisions")
    status = models.CharField(max_length=16, choices=Status.choices)
    network_granted = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        """Return what was decided."""
        return f"{self.bundle}: {self.status}"


class Refusal(models.Model):
    """An upload that was refused: who sent what, and what was found. Of the zip itself nothing is kept."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    code = models.CharField(max_length=40)
    message = models.TextField()
    name = models.CharField(max_length=250, blank=True, help_text="What the sender called the file")
    bundle = models.CharField(max_length=130, blank=True, help_text="name@version, when the manifest could be read")
    zip_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the zip; empty when it was cut off")
    size = models.PositiveBigIntegerField(null=True, help_text="Bytes of the zip; empty when it was cut off")
    dry_run = models.BooleanField(default=False)
    checks = models.JSONField(default=list)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = "refused upload"

    def __str__(self) -> str:
        """Return what was refused."""
        return self.bundle or self.name or self.zip_digest[:12] or self.code
