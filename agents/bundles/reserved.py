"""Names that bundles may not take: a bundle called as an agent that is no bundle would get that agent's calls."""

from typing import Final

from agents.bundles.errors import BundleRefusedError
from agents.models import AgentVersion
from agents.tools.catalogue import CATALOGUE, ON_REQUEST

OTHERS: Final = "There is an agent “{}” that is no bundle; steps that call it would get this one. Choose another name."


def name_fault(name: str) -> str:
    """Return why a bundle may not have this name; empty when it may."""
    if name in CATALOGUE + ON_REQUEST:
        return OTHERS.format(name)
    manifests = AgentVersion.objects.filter(agent__name=name).values_list("manifest", flat=True)
    if any(manifest.get("runtime", "builtin") != "bundle" for manifest in manifests):
        return OTHERS.format(name)
    return ""


def check_name(name: str) -> None:
    """Pass, or raise ``BundleRefusedError``."""
    fault = name_fault(name)
    if fault:
        raise BundleRefusedError(fault)
