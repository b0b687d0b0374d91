"""Moving a bundle from one status to another, and telling whoever has to know."""

import re
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from agentcluster.security import audit
from agents.bundles import placing, signals
from agents.bundles.errors import AlreadyDecidedError, UnknownBundleError
from agents.bundles.models import Bundle, Decision, Status
from agents.models import Agent
from agents.registry.errors import VersionTakenError

NOTE_MAX: Final = 2000
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def is_digest(text: str) -> bool:
    """Return whether a text has the form of a digest; anything else need not be looked for."""
    return _DIGEST.fullmatch(text) is not None


def locked(digest: str) -> Bundle:
    """Return the bundle for a change, inside a transaction; raises ``UnknownBundleError``."""
    bundle = Bundle.objects.select_for_update().filter(digest=digest).first() if is_digest(digest) else None
    if bundle is None:
        raise UnknownBundleError(f"There is no bundle {digest[:16]}…")
    return bundle


def set_status(bundle: Bundle, status: Status, user: User | None, note: str, *, network: bool = False) -> None:
    """Write the new status, its history and its audit entry; raises ``AlreadyDecidedError`` when it has it.

    Nodes, placement and pages are told once the transaction is committed.
    """
    before = bundle.status
    if before == status:
        raise AlreadyDecidedError(f"{bundle} is {before} already.")
    if before == Status.REJECTED:
        _check_version(bundle)
    bundle.status, bundle.note, bundle.network_granted = status, note[:NOTE_MAX], network
    bundle.decided_by, bundle.decided_at = user, timezone.now()
    bundle.save(update_fields=["status", "note", "network_granted", "decided_by", "decided_at"])
    Decision.objects.create(bundle=bundle, status=status, note=bundle.note, network_granted=network, by=user)
    # Lists of agents are read anew when this changes.
    Agent.objects.filter(name=bundle.agent).update(updated_at=timezone.now())
    audit.announce(
        user, f"bundle.{_VERBS[status]}", bundle.digest, str(bundle), before=before, network=network, note=bundle.note
    )
    if Status.APPROVED in (before, status):
        transaction.on_commit(lambda: placing.settle(bundle.digest))
    if before == Status.APPROVED:
        transaction.on_commit(lambda: _tell_withdrawn(bundle, user, note))


def _check_version(bundle: Bundle) -> None:
    others = Bundle.objects.filter(agent=bundle.agent, version=bundle.version).exclude(status=Status.REJECTED)
    other = others.exclude(pk=bundle.pk).first()
    if other is not None:
        raise VersionTakenError(
            f"{bundle} has other content by now; give this one a new version number.",
            registered=other.identity,
            offered=bundle.identity,
        )


def _tell_withdrawn(bundle: Bundle, user: User | None, reason: str) -> None:
    signals.bundle_withdrawn.send_robust(
        None, identity=bundle.identity, agent=bundle.agent, version=bundle.version, user=user, reason=reason
    )


_VERBS = {Status.APPROVED: "approve", Status.REJECTED: "reject", Status.QUARANTINED: "quarantine"}
