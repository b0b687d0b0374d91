"""Who may do what at the gateways."""

from django.conf import settings
from django.db import models

ANY = "*"


class GatewayGrant(models.Model):
    """What an account's API tokens may do at the gateways; without one, nothing (but superusers everything)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="gateway_grants")
    agent = models.CharField(max_length=80, help_text="The name of an agent, or * for every one")
    may_join = models.BooleanField(default=False, help_text="Join the cluster as this agent, and serve its calls")
    may_register = models.BooleanField(default=False, help_text="Register new versions of this agent when joining")
    may_call = models.BooleanField(default=False, help_text="Give this agent tasks")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["user__username", "agent"]
        constraints = [models.UniqueConstraint(fields=["user", "agent"], name="one_gateway_grant_per_agent")]

    def __str__(self) -> str:
        """Return who may do what."""
        rights = [name for name in ("join", "register", "call") if getattr(self, f"may_{name}")]
        return f"{self.user} may {', '.join(rights) or 'do nothing'} as {self.agent}"
