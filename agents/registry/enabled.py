"""Which agents may be used."""

from django.db import connections

from agents.models import Agent


def disabled_names() -> frozenset[str]:
    """Return the names of the agents that are switched off (for a thread: closes its connection to the database)."""
    try:
        return frozenset(Agent.objects.filter(enabled=False).values_list("name", flat=True))
    finally:
        connections.close_all()
