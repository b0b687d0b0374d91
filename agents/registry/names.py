"""Whose a name is: steps call agents by name, so one name never stands for agents of two kinds.

The kinds are the runtimes of manifests: built-in agents, bundles, and remote ones that join through a gateway. The names
of the built-in agents are theirs from the start; any other is that of the kind that had it first, by a registered
version or by a bundle that was uploaded and not rejected.
"""

from typing import Final

from agents.bundles.models import Bundle, Status
from agents.models import AgentVersion
from agents.tools.catalogue import CATALOGUE, ON_REQUEST

_OTHERS: Final = {
    "builtin": "There is an agent “{}” that is built in",
    "bundle": "There is a bundle “{}”",
    "remote": "There is an agent “{}” that joins from elsewhere",
}


def name_fault(name: str, runtime: str) -> str:
    """Return why an agent of this runtime may not have this name; empty when it may."""
    others = sorted(_kinds(name) - {runtime})
    if not others:
        return ""
    return f"{_OTHERS[others[0]].format(name)}; steps that call it would get this one. Choose another name."


def _kinds(name: str) -> set[str]:
    if name in CATALOGUE + ON_REQUEST:
        return {"builtin"}
    manifests = AgentVersion.objects.filter(agent__name=name).values_list("manifest", flat=True)
    kinds = {str(manifest.get("runtime", "builtin")) for manifest in manifests}
    if Bundle.objects.filter(agent=name).exclude(status=Status.REJECTED).exists():
        kinds.add("bundle")
    return kinds
