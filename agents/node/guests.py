"""Instances for the slots of deployments: further ones of built-in agents, and bundles in sandboxes."""

import asyncio
import fcntl
import io
import itertools
import os
from pathlib import Path

from agentcluster.errors import AgentClusterError
from agentcluster.messaging import Bus
from agentcluster.messaging.objects import Objects
from agentcluster.subjects import BUNDLES
from agents.cluster.heartbeat import Runtime
from agents.domain.bundle import inspect
from agents.domain.manifest import Manifest, identity
from agents.domain.placement import Deployment
from agents.node.hosted import HostedAgent
from agents.node.sandbox import ObjectSource, Sandboxes, support
from agents.node.sandbox.errors import BundleDamagedError, BundleMissingError
from agents.node.sandbox.settings import from_environment
from agents.tools import builtin, resolve


class OtherContentError(AgentClusterError):
    """This node has other content under that name and version; bring it to the same release as the others."""

    code = "other_content"


class CannotHostError(AgentClusterError):
    """Nodes do not start agents of this kind."""

    code = "cannot_host"


class Guests:
    """Makes idle instances for one node; see ``agents.node.tenancy.Make``."""

    def __init__(self, bus: Bus, folder: Path) -> None:
        """Keep bundles and scratch folders below ``folder``, in a part that no other running node uses."""
        self._lock, own = _own_folder(folder)
        self._source = ObjectSource(Objects(bus, BUNDLES))
        self._sandboxes = Sandboxes(self._source, own)
        self.logs = self._sandboxes.logs
        """What instances said that are gone."""
        self._manifests: dict[str, Manifest] = {}

    async def __call__(self, deployment: Deployment, instance: str, number: int) -> HostedAgent:
        """Return an idle instance; errors say what is wrong with the agent or this node."""
        if deployment.runtime == "builtin":
            return _built_in(deployment, instance, number)
        if deployment.runtime != "bundle":
            raise CannotHostError(f"Agents of the runtime “{deployment.runtime}” are not started by nodes.")
        manifest = await self._manifest(deployment.identity)
        runner = self._sandboxes.runner(deployment, manifest, instance)
        return HostedAgent(manifest, instance, deployment.identity, None, runner=runner, slot=number)

    async def _manifest(self, name: str) -> Manifest:
        """Return the manifest in the bundle: what it says is part of the identity, so it never changes."""
        known = self._manifests.get(name)
        if known is not None:
            return known
        data = await self._source.fetch(name)
        if data is None:
            raise BundleMissingError(f"The files of {name} are not in the object store.")
        found = await asyncio.to_thread(inspect, io.BytesIO(data))
        if found.manifest is None or found.identity != name:
            raise BundleDamagedError(f"What the object store has as {name} is another bundle.")
        self._manifests[name] = found.manifest
        return found.manifest


async def runtime() -> Runtime:
    """Return whether bundles get a sandbox on this machine: tried once, really."""
    usable, reason = await asyncio.to_thread(support.check)
    return Runtime(usable, reason, from_environment().trusted_without)


def _built_in(deployment: Deployment, instance: str, number: int) -> HostedAgent:
    (manifest,) = builtin((deployment.agent,))
    if identity(manifest) != deployment.identity:
        raise OtherContentError(
            f"{deployment.agent}@{deployment.version} is not what this node has under that name "
            f"({manifest.version}); bring it to the same release as the others."
        )
    function = None if manifest.cpu_bound else resolve(manifest.entry_point)
    return HostedAgent(manifest, instance, deployment.identity, function, slot=number)


def _own_folder(folder: Path) -> tuple[int, Path]:
    """Return the first of ``1``, ``2``, … below ``folder`` that no other node has, and what keeps it ours."""
    for number in itertools.count(1):
        own = folder / str(number)
        own.mkdir(parents=True, exist_ok=True)
        handle = os.open(own / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            continue
        return handle, own
    raise AssertionError("unreachable")
