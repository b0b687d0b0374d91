"""Stop trusting a signing key."""

from django.contrib.auth.models import User
from django.db import transaction

from agentcluster.security import audit
from agents.bundles.access import require_keys
from agents.bundles.errors import UnknownKeyError
from agents.bundles.models import SigningKey


def remove_key(user: User, key_id: str) -> None:
    """Trust what this key signs no longer. Bundles that are approved stay so: quarantine those you doubt.

    Raises ``NotAllowedError``, ``UnknownKeyError``.
    """
    require_keys(user, "delete")
    with transaction.atomic():
        key = SigningKey.objects.filter(pk=key_id).first() if key_id.isalnum() else None
        if key is None:
            raise UnknownKeyError(f"There is no signing key {key_id[:40]}.")
        audit.announce(user, "signing_key.remove", key.pk, key.name)
        key.delete()
