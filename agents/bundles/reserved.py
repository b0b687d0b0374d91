"""Names that bundles may not take: a bundle called as an agent that is no bundle would get that agent's calls."""

from agents.bundles.errors import BundleRefusedError
from agents.registry import names


def name_fault(name: str) -> str:
    """Return why a bundle may not have this name; empty when it may."""
    return names.name_fault(name, "bundle")


def check_name(name: str) -> None:
    """Pass, or raise ``BundleRefusedError``."""
    fault = name_fault(name)
    if fault:
        raise BundleRefusedError(fault)
