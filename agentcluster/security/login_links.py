"""Links that log their user in once: only their SHA-256 is kept, and they expire."""

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from agentcluster.errors import BadInputError
from agentcluster.security import audit
from agentcluster.security.models import LoginLink
from agentcluster.security.tokens import digest_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def create(user: "User", minutes: int = 15, by: "User | None" = None) -> str:
    """Make a link for ``user`` that lives for ``minutes``; return its path (put scheme and host before it).

    ``by`` is who asked for it; None is the system or somebody on the server.

    Raises ``BadInputError`` for an inactive user or a life below one minute.
    """
    if not user.is_active:
        raise BadInputError(f"The account {user.get_username()} is inactive.", field="/user")
    if minutes < 1:
        raise BadInputError("A login link lives at least one minute.", field="/minutes")
    secret = secrets.token_urlsafe(32)
    LoginLink.objects.filter(expires_at__lt=timezone.now() - timedelta(days=7)).delete()
    LoginLink.objects.create(
        user=user, digest=digest_of(secret), expires_at=timezone.now() + timedelta(minutes=minutes)
    )
    audit.announce(by, "login_link.create", user.pk, user.get_username(), minutes=minutes)
    return reverse("login-link", args=[secret])


def is_open(secret: str) -> bool:
    """Say whether the link can still be used."""
    return LoginLink.objects.filter(
        digest=digest_of(secret), used_at=None, expires_at__gt=timezone.now(), user__is_active=True
    ).exists()


def consume(secret: str) -> "User | None":
    """Use the link up and return its user; None when it is unknown, used or expired. One of two at once wins."""
    now = timezone.now()
    open_link = LoginLink.objects.filter(
        digest=digest_of(secret), used_at=None, expires_at__gt=now, user__is_active=True
    )
    if open_link.update(used_at=now) != 1:
        return None
    return LoginLink.objects.select_related("user").get(digest=digest_of(secret)).user
