"""API tokens: shown once, kept as SHA-256, recognised in constant time."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agentcluster.errors import BadInputError
from agentcluster.security import audit
from agentcluster.security.models import ApiToken

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PREFIX: Final = "agc_"
VISIBLE: Final = 12
USED_EVERY: Final = timedelta(minutes=1)


def digest_of(secret: str) -> str:
    """Return the 64 hex digits a secret is kept as; the secret has 256 random bits, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def create(user: "User", name: str, days: int | None = None, by: "User | None" = None) -> str:
    """Make a token for ``days`` days (None: until it is deleted) and return its secret, which nothing keeps.

    ``by`` is who asked for it; None is the system or somebody on the server.

    Raises ``BadInputError`` for an empty name or a number of days below 1.
    """
    if not name.strip():
        raise BadInputError("A token needs a name, so that you can tell it from others.", field="/name")
    if days is not None and days < 1:
        raise BadInputError("A token lives at least one day.", field="/days")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip()[:120],
        digest=digest_of(secret),
        prefix=secret[:VISIBLE],
        expires_at=timezone.now() + timedelta(days=days) if days else None,
    )
    audit.announce(by, "token.create", token.pk, str(token), owner=user.get_username(), days=days)
    return secret


def revoke(token: ApiToken, by: "User | None" = None) -> None:
    """Delete a token; whoever uses it is refused from now on."""
    with transaction.atomic():
        audit.announce(by, "token.revoke", token.pk, str(token), owner=token.user.get_username())
        token.delete()


def find(secret: str) -> ApiToken | None:
    """Return the living token of an active user that this secret belongs to, or None; notes the use."""
    return find_all([secret]).get(secret)


def find_all(given: Iterable[str]) -> dict[str, ApiToken]:
    """Return the living tokens of active users by secret, in one query; notes their use."""
    digests = {digest_of(secret): secret for secret in given}
    now = timezone.now()
    found: dict[str, ApiToken] = {}
    for token in ApiToken.objects.select_related("user").filter(digest__in=digests):
        secret = digests.get(token.digest, "")
        if hmac.compare_digest(token.digest, digest_of(secret)) and _lives(token, now):
            found[secret] = token
    _note_use([*found.values()], now)
    return found


def _lives(token: ApiToken, now: datetime) -> bool:
    return token.user.is_active and (token.expires_at is None or token.expires_at > now)


def _note_use(tokens: Sequence[ApiToken], now: datetime) -> None:
    stale = [token.pk for token in tokens if token.last_used_at is None or now - token.last_used_at >= USED_EVERY]
    if stale:
        unused = Q(last_used_at=None) | Q(last_used_at__lte=now - USED_EVERY)
        ApiToken.objects.filter(unused, pk__in=stale).update(last_used_at=now)
