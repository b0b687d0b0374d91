"""The registry of agents: names, immutable versions found by content, capabilities, intent schemas."""

from django.db import models


class Capability(models.Model):
    """Something agents can do, such as ``csv-parse``."""

    name = models.SlugField(max_length=80, unique=True)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "capabilities"

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Agent(models.Model):
    """A named agent; what it is stands in its versions."""

    name = models.SlugField(max_length=80, unique=True)
    title = models.JSONField(default=dict, help_text="Human title by language tag, e.g. {'en': 'Read a file'}")
    description = models.JSONField(default=dict, help_text="Description by language tag")
    category = models.CharField(max_length=40, default="data")
    icon = models.CharField(max_length=60, default="robot", help_text="Tabler icon name")
    enabled = models.BooleanField(default=True, help_text="Disabled agents cannot be added to workflows or called")
    search_text = models.TextField(editable=False, default="", help_text="Lower-case words people search by")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class IntentSchema(models.Model):
    """A pair of JSON Schemas, stored once by content."""

    digest = models.CharField(max_length=71, unique=True, help_text="sha256:<64 hex> of both schemas")
    input = models.JSONField()
    output = models.JSONField()

    def __str__(self) -> str:
        """Return the short digest."""
        return self.digest[:19]


class AgentVersion(models.Model):
    """An immutable version: identity is the hash of its content (features A2)."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="versions")
    version = models.CharField(max_length=40)
    sort_key = models.CharField(max_length=160, editable=False, help_text="Sorts as semantic versions do")
    prerelease = models.BooleanField(default=False, editable=False, help_text="Newest only when nothing else is there")
    identity = models.CharField(max_length=80, unique=True)
    manifest = models.JSONField()
    intent_schema = models.ForeignKey(IntentSchema, on_delete=models.PROTECT, related_name="versions")
    capabilities = models.ManyToManyField(Capability, related_name="versions", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["agent__name", "prerelease", "-sort_key"]
        constraints = [models.UniqueConstraint(fields=["agent", "version"], name="one_content_per_version")]

    def __str__(self) -> str:
        """Return ``name@version``."""
        return f"{self.agent.name}@{self.version}"
