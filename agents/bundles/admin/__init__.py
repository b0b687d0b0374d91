"""Bundles and signing keys in the admin panel: the same actions as over the API."""

from agents.bundles.admin.bundle import BundleAdmin
from agents.bundles.admin.refusal import RefusalAdmin
from agents.bundles.admin.signing_key import SigningKeyAdmin

__all__ = ["BundleAdmin", "RefusalAdmin", "SigningKeyAdmin"]
