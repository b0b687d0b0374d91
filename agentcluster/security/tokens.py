"""API tokens: shown once, kept as SHA-256, recognised in constant time."""

import hashlib
import hmac
import secrets
from datetime import timedelta
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
    digest = digest_of(secret)
    token = ApiToken.objects.select_related("user").filter(digest=digest).first()
    if token is None or not hmac.compare_digest(token.digest, digest):
        return None
    now = timezone.now()
    if not token.user.is_active or (token.expires_at is not None and token.expires_at <= now):
        return None
    if token.last_used_at is None or now - token.last_used_at >= USED_EVERY:
        unused = Q(last_used_at=None) | Q(last_used_at__lte=now - USED_EVERY)
        ApiToken.objects.filter(unused, pk=token.pk).update(last_used_at=now)
    return token
