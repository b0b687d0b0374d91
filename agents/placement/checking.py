"""Is a deployment one that nodes can follow? Every fault is named with its field."""

import re
from typing import Any, Final

from agents.bundles import state
from agents.bundles.models import Bundle
from agents.contracts.joining import check_manifest
from agents.domain.placement import REPLICAS_MAX
from agents.models import AgentVersion
from agents.placement.errors import BadDeploymentError, NotDeployableError

_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
NODES_MAX: Final = 100


def check_numbers(replicas: Any, weight: Any) -> None:
    """Pass, or raise ``BadDeploymentError``."""
    for field, value, most in (("replicas", replicas, REPLICAS_MAX), ("weight", weight, 100)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most):
            raise _fault(f"/{field}", f"{field} is a whole number from 0 to {most}.")


def check_where(where: Any) -> dict[str, Any]:
    """Return what of ``where`` says something; raises ``BadDeploymentError``."""
    if not isinstance(where, dict):
        raise _fault("/where", "where is an object with region, role, nodes, not_nodes.")
    for name, value in where.items():
        if name in ("region", "role"):
            if not isinstance(value, str) or len(value) > 60:
                raise _fault(f"/where/{name}", f"{name} is a text of at most 60 characters.")
        elif name in ("nodes", "not_nodes"):
            _check_nodes(name, value)
        else:
            raise _fault(f"/where/{name}", f"There is no “{name}”; there are region, role, nodes and not_nodes.")
    return {name: value for name, value in where.items() if value}


def _check_nodes(field: str, names: Any) -> None:
    if not isinstance(names, list) or len(names) > NODES_MAX:
        raise _fault(f"/where/{field}", f"{field} is a list of at most {NODES_MAX} node names.")
    for index, name in enumerate(names):
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise _fault(f"/where/{field}/{index}", f"“{str(name)[:60]}” is no name of a node.")


def check_not_waiting(agent: str, version: str) -> None:
    """Raise ``NotDeployableError`` for a bundle that nobody has approved yet: its version is not registered."""
    if AgentVersion.objects.filter(agent__name=agent, **({"version": version} if version else {})).exists():
        return
    bundle = Bundle.objects.filter(agent=agent, **({"version": version} if version else {})).first()
    if bundle is not None:
        raise NotDeployableError(
            f"The bundle of {bundle} is {bundle.status}; approve it first.", bundle_status=bundle.status
        )


def check_placeable(version: AgentVersion) -> None:
    """Pass, or raise ``NotDeployableError`` for what no node may start."""
    if version.manifest.get("runtime") == "remote":
        raise NotDeployableError(
            f"{version} runs wherever a process joins for it through the gateway; there is nothing to place on nodes.",
            runtime="remote",
        )
    if not state.allowed(version.identity):
        bundle = state.find(version.identity)
        status = bundle.status if bundle else "not there"
        raise NotDeployableError(f"The bundle of {version} is {status}; approve it first.", bundle_status=status)


def check_contracts(version: AgentVersion) -> None:
    """Pass, or raise ``ContractMismatchError``: a contract may have been bound since the version was registered."""
    check_manifest(version.manifest, version.agent.name)


def _fault(field: str, message: str) -> BadDeploymentError:
    return BadDeploymentError(message, errors=[{"field": field, "message": message, "code": "invalid"}])
