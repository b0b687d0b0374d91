"""Trust a signing key."""

from django.contrib.auth.models import User
from django.db import transaction

from agentcluster.errors import BadInputError
from agentcluster.security import audit
from agents.bundles.access import require_keys
from agents.bundles.errors import KeyTakenError
from agents.bundles.models import SigningKey
from agents.domain.bundle.signature import key_id


def add_key(user: User, name: str, public_key: str) -> SigningKey:
    """Trust what this key signs from now on, bundles that are here already, too.

    Raises ``NotAllowedError``, ``BadKeyError``, ``BadInputError`` (no name), ``KeyTakenError``.
    """
    require_keys(user, "add")
    if not name.strip():
        raise BadInputError("A key needs a name that says whose it is.", field="/name")
    found = key_id(public_key)
    with transaction.atomic():
        key, created = SigningKey.objects.get_or_create(
            pk=found, defaults={"name": name.strip()[:120], "public_key": public_key.strip(), "created_by": user}
        )
        if not created:
            raise KeyTakenError(f"This key is there already, as “{key.name}”.", id=key.pk)
        audit.announce(user, "signing_key.add", key.pk, key.name)
    return key
