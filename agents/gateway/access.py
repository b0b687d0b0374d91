"""Who may join as which agent, and who may give it tasks: by API token and grant, denied by default (blocking: SQL)."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.utils import timezone

from agentcluster.security import guesses, tokens
from agentcluster.security.models import ApiToken
from agents.gateway.errors import NoGrantError, NotLoggedInError, TooManyGuessesError
from agents.gateway.models import ANY, GatewayGrant

SCHEME: Final = "bearer"


class Right(enum.StrEnum):
    """What a grant may allow."""

    JOIN = "join"
    REGISTER = "register"
    CALL = "call"


@dataclass(frozen=True)
class Guest:
    """An account, by the token that it came with."""

    user_id: int
    token_id: int
    name: str
    superuser: bool


def from_header(value: str) -> str:
    """Return the token of an ``authorization`` header; NotLoggedInError when there is none in it."""
    scheme, _, secret = value.strip().partition(" ")
    if scheme.lower() != SCHEME or not secret.strip():
        raise NotLoggedInError
    return secret.strip()


def identify(secret: str, address: str) -> Guest:
    """Return whose token this is; NotLoggedInError, and TooManyGuessesError for an ``address`` that guesses."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = address
    if guesses.locked_for(request):
        raise TooManyGuessesError
    token = tokens.find(secret)
    if token is None:
        guesses.note(request)
        raise NotLoggedInError("This token is unknown, expired or its account is inactive.")
    return Guest(token.user_id, token.pk, token.user.get_username(), token.user.is_superuser)


def require(guest: Guest, right: Right, agent: str) -> None:
    """Pass, or raise NoGrantError with what is missing."""
    if guest.superuser:
        return
    rows = GatewayGrant.objects.filter(user_id=guest.user_id, agent__in=(agent, ANY))
    if not rows.filter(**{f"may_{right.value}": True}).exists():
        raise NoGrantError(
            f"The account {guest.name} may not {right.value} {agent!r} at the gateway. An administrator can allow it "
            f"under “Gateway grants”, or with: agent-coordinator gateway grant {guest.name} {agent} --{right.value}",
            agent=agent,
            right=right.value,
        )


def living(guests: Iterable[tuple[Guest, str]]) -> list[bool]:
    """Return for each guest and agent whether the guest may (still) join as it; an empty agent: whether the token lives."""
    wanted = [*guests]
    now = timezone.now()
    rows = ApiToken.objects.filter(pk__in={guest.token_id for guest, _ in wanted}).select_related("user")
    users = {row.pk: row.user for row in rows if row.user.is_active and (not row.expires_at or row.expires_at > now)}
    granted = set(
        GatewayGrant.objects.filter(user_id__in={guest.user_id for guest, _ in wanted}, may_join=True).values_list(
            "user_id", "agent"
        )
    )
    return [
        (user := users.get(guest.token_id)) is not None
        and (not agent or user.is_superuser or bool({(user.pk, agent), (user.pk, ANY)} & granted))
        for guest, agent in wanted
    ]
