"""Bundles as the API answers them."""

from typing import Any

from django.contrib.auth.models import User

from agents.bundles.models import Bundle, SigningKey
from agents.bundles.trust import Keys, trust_of

Row = dict[str, Any]


def bundle_row(bundle: Bundle, trusted: Keys) -> Row:
    """Return a bundle; one that was only checked (a dry run) has the status ``checked``."""
    trust = trust_of(bundle, trusted)
    return {
        "digest": bundle.digest,
        "identity": bundle.identity,
        "agent": bundle.agent,
        "version": bundle.version,
        "title": bundle.manifest["title"],
        "description": bundle.manifest["description"],
        "status": bundle.status if bundle.pk else "checked",
        "network_asked": bundle.network_asked,
        "network_granted": bundle.network_granted,
        "on_bus": bundle.on_bus,
        "size": bundle.size,
        "file_count": bundle.file_count,
        "signature": {
            "state": trust.state.value,
            "key_id": trust.key_id or None,
            "key_name": trust.key_name or None,
        },
        "checks": bundle.checks,
        "uploaded_by": _name(bundle.uploaded_by),
        "uploaded_at": bundle.uploaded_at,
        "decided_by": _name(bundle.decided_by),
        "decided_at": bundle.decided_at,
        "note": bundle.note,
        "manifest": bundle.manifest,
    }


def key_row(key: SigningKey) -> Row:
    """Return a signing key."""
    return {
        "id": key.pk,
        "name": key.name,
        "public_key": key.public_key,
        "created_at": key.created_at,
        "created_by": _name(key.created_by),
    }


def _name(user: User | None) -> str | None:
    return user.get_username() if user else None
