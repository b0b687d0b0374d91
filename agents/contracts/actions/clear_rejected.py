"""Forget the messages that broke a contract."""

from django.conf import settings
from django.contrib.auth.models import User

from agentcluster.security import audit
from agentcluster.streams import rejected
from agentcluster.streams.connections import sync_client
from agents.contracts.access import require_clear
from agents.contracts.models import Contract


def forget(contract: Contract) -> None:
    """Forget them (for this package); raises StreamsUnavailableError."""
    client = sync_client(settings.REDIS_URL)
    try:
        rejected.clear(client, [contract.name])
    finally:
        client.close()


def clear_rejected(user: User, contract: Contract) -> None:
    """Forget them and count from 0; raises ForbiddenError, StreamsUnavailableError."""
    require_clear(user, contract)
    forget(contract)
    audit.announce(user, "contract.clear_rejected", contract.pk, contract.name, contract.project)
