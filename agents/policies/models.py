"""Every set of policies there ever was."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from agents.policies.errors import SetIsKeptError


class PolicySetVersion(models.Model):
    """One set of policies. It never changes; the newest one is in force.

    ``previous`` is the number of the set it was made from: of two changes of one set the database takes only one.
    """

    number = models.BigIntegerField(primary_key=True)
    previous = models.BigIntegerField(unique=True, help_text="The set it was made from; 0: none")
    document = models.TextField(help_text="The policies as JSON")
    digest = models.CharField(max_length=16, help_text="Of the document")
    count = models.PositiveIntegerField(default=0, help_text="How many policies")
    action = models.CharField(max_length=32, help_text="What was done")
    title = models.CharField(max_length=128, blank=True, help_text="To which policy, or back to which set")
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        verbose_name = "policy set"

    def __str__(self) -> str:
        """Return the number and what was done."""
        return f"{self.number}: {self.action} {self.title}".rstrip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep a new set; one that is there already never changes."""
        if not self._state.adding:
            raise SetIsKeptError
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise SetIsKeptError
