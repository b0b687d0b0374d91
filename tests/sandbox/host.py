"""A node that hosts bundles in sandboxes, and how well it is."""

import asyncio
import itertools
import time
from pathlib import Path
from typing import Any

from agentcluster.messaging import Bus
from agents.domain.calls import CallReply
from agents.node.hosted import HostedAgent
from agents.node.node import Node
from agents.node.sandbox import SandboxedRunner, Sandboxes, SandboxSettings
from tests.agents.client import Caller
from tests.sandbox.bundles import Bundle

_numbers = itertools.count()


class Host:
    """Adds bundles to a node and calls them; ``lag_s`` is the longest its loop has been held up."""

    def __init__(self, node: Node, caller: Caller, folder: Path) -> None:
        self.node, self.caller, self.folder = node, caller, folder
        self.runners: dict[str, SandboxedRunner] = {}
        self.lag_s = 0.0
        self._pulse = asyncio.get_running_loop().create_task(self._beat())

    @classmethod
    async def of(cls, bus: Bus, node: Node, folder: Path) -> "Host":
        return cls(node, await Caller.of(bus, node), folder)

    async def add(self, bundle: Bundle, settings: SandboxSettings | None = None, **deployment: Any) -> SandboxedRunner:
        sandboxes = Sandboxes(bundle, self.folder, settings or SandboxSettings())
        instance = f"{bundle.manifest.name}-{self.node.profile.node_id}"
        runner = sandboxes.runner(bundle.deployment(**deployment), bundle.manifest, instance)
        hosted = HostedAgent(bundle.manifest, instance, bundle.found.identity, None, runner=runner)
        await self.node.hosting.add(hosted)
        self.runners[bundle.manifest.name] = runner
        self.lag_s = 0.0
        return runner

    async def remove(self, name: str) -> None:
        hosted = self.node.hosting.find(f"{name}-{self.node.profile.node_id}")
        assert hosted is not None
        await self.node.hosting.remove(hosted, 0)

    async def call(self, agent: str, input: Any, **fields: Any) -> CallReply:
        return await self.caller.call(agent, input, **fields)

    async def progress(self, agent: str, call_id: str) -> Any:
        """Ask until the call says how far it is."""
        async with asyncio.timeout(10):
            while True:
                await asyncio.sleep(0.05)
                self.caller.control(agent, "ask", call_id)
                found = [reply.progress for reply in self.caller.replies if reply.call_id == call_id and reply.progress]
                if found:
                    return found[-1]

    def said(self, name: str, stream: str = "system") -> str:
        return "\n".join(line.text for line in self.runners[name].log.after(0, 5000) if line.stream == stream)

    async def close(self) -> None:
        self._pulse.cancel()
        await self.node.stop(finish_s=0)

    async def _beat(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            self.lag_s = max(self.lag_s, time.monotonic() - before - 0.01)


def alive(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False
