"""Bundles as the API answers them."""

from typing import Any

from django.contrib.auth.models import User

from agents.bundles.models import Bundle, Decision, Refusal, SigningKey
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
        "zip_removed_at": bundle.zip_removed_at,
        "manifest": bundle.manifest,
    }


def decision_row(decision: Decision) -> Row:
    """Return what was decided once; ``by`` None: a trusted signature did."""
    return {
        "status": decision.status,
        "network_granted": decision.network_granted,
        "note": decision.note,
        "by": _name(decision.by),
        "at": decision.at,
    }


def refusal_row(refusal: Refusal) -> Row:
    """Return an upload that was refused."""
    return {
        "id": refusal.pk,
        "at": refusal.at,
        "by": _name(refusal.by),
        "code": refusal.code,
        "message": refusal.message,
        "name": refusal.name,
        "bundle": refusal.bundle or None,
        "zip_digest": refusal.zip_digest or None,
        "size": refusal.size,
        "dry_run": refusal.dry_run,
        "checks": refusal.checks,
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
