"""Allow an account something at the gateways, or change what it may do."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from django.db import transaction

from agentcluster.errors import BadInputError
from agentcluster.security import audit
from agents.gateway.access import Right
from agents.gateway.models import ANY, GatewayGrant

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_AGENT: Final = re.compile(r"\*|[a-z][a-z0-9]*(-[a-z0-9]+)*")


class BadGrantError(BadInputError):
    """A grant is for an agent's name, or for * (every one), and allows something."""

    code = "bad_grant"


@transaction.atomic
def save_grant(user: "User", agent: str, rights: Iterable[Right], by: "User | None" = None) -> GatewayGrant:
    """Let ``user`` do exactly ``rights`` as ``agent`` (* for every agent); BadGrantError. ``by``: None on the server."""
    wanted = {Right(right) for right in rights}
    if len(agent) > 80 or not _AGENT.fullmatch(agent):
        raise BadGrantError(f"“{agent[:80]}” is no agent's name; give one, or {ANY} for every agent.", field="/agent")
    if not wanted:
        raise BadGrantError("Say what is allowed: join, register or call.", field="/rights")
    may = {f"may_{right.value}": right in wanted for right in Right}
    grant, _ = GatewayGrant.objects.update_or_create(user=user, agent=agent, defaults=may)
    audit.announce(
        by, "gateway.grant", grant.pk, str(grant), owner=user.get_username(), agent=agent, rights=sorted(wanted)
    )
    return grant
