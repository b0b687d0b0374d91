"""Who may do what with bundles.

Reading: whoever is logged in. Uploading and deciding: staff, or holders of ``bundles.add_bundle`` and
``bundles.decide_bundle``. Trusting a key can stand for approving everything it signs, so that is for superusers and holders
of ``bundles.add_signingkey`` and ``bundles.delete_signingkey``; being staff is not enough.
"""

from django.contrib.auth.models import User

from agents.bundles.errors import NotAllowedError


def may_upload(user: User) -> bool:
    """Return whether the user may upload bundles."""
    return user.is_active and (user.is_staff or user.has_perm("bundles.add_bundle"))


def may_decide(user: User) -> bool:
    """Return whether the user may approve, reject and quarantine."""
    return user.is_active and (user.is_staff or user.has_perm("bundles.decide_bundle"))


def require_upload(user: User) -> None:
    """Pass, or raise ``NotAllowedError``."""
    if not may_upload(user):
        raise NotAllowedError("You may not upload bundles; this needs the permission “Can add bundle”.")


def require_decide(user: User) -> None:
    """Pass, or raise ``NotAllowedError``."""
    if not may_decide(user):
        raise NotAllowedError(
            "You may not decide on bundles; this needs the permission “Can approve, reject and quarantine bundles”."
        )


def require_keys(user: User, action: str) -> None:
    """Pass, or raise ``NotAllowedError``; ``action`` is ``add`` or ``delete``."""
    if not (user.is_active and user.has_perm(f"bundles.{action}_signingkey")):
        raise NotAllowedError(
            f"You may not {action} signing keys; this needs the permission “Can {action} signing key”."
        )
