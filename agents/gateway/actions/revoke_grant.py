"""Take an account's grant at the gateways away; who is connected by it is let go within ten seconds."""

from typing import TYPE_CHECKING

from django.db import transaction

from agentcluster.security import audit
from agents.gateway.models import GatewayGrant

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def revoke_grant(grant: GatewayGrant, by: "User | None" = None) -> None:
    """Delete the grant."""
    audit.announce(by, "gateway.revoke", grant.pk, str(grant), owner=grant.user.get_username(), agent=grant.agent)
    grant.delete()
