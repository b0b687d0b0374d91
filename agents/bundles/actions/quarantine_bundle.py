"""Put a bundle (back) into quarantine; one that was approved is taken from the nodes."""

from django.contrib.auth.models import User
from django.db import transaction

from agents.bundles.access import require_decide
from agents.bundles.models import Bundle, Status
from agents.bundles.standing import locked, set_status


def quarantine_bundle(user: User, digest: str, *, note: str = "") -> Bundle:
    """Put a bundle (back) into quarantine; one that was approved is taken from the nodes.

    Raises ``NotAllowedError``, ``UnknownBundleError``, ``AlreadyDecidedError``.
    """
    require_decide(user)
    with transaction.atomic():
        bundle = locked(digest)
        set_status(bundle, Status.QUARANTINED, user, note)
    bundle.refresh_from_db()
    return bundle
