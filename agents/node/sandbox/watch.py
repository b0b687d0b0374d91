"""Holds an instance to the limits that the kernel keeps only for single processes: the whole tree, call by call."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import msgspec

from agentcluster.clock import monotonic
from agents.domain.calls import CallError
from agents.domain.manifest import ResourceLimits
from agents.node.sandbox import usage
from agents.node.sandbox.command import MIB, SCRATCH
from agents.node.sandbox.errors import CPU_TIME, DISK, MEMORY, PIDS
from agents.node.sandbox.exchange import Flight

BUSY_S: Final = 0.1
IDLE_S: Final = 1.0
"""How often the watch looks, while the instance works and while it does not."""
PIDS_S: Final = 2.0
"""How long an instance may stay at its limit of processes and threads."""
IDLE_CPU_S: Final = 10.0
"""CPU seconds that an instance may use between two calls."""
SCRATCH_FILES: Final = 50_000

Kill = Callable[[CallError, str, Flight | None], None]
"""Takes what the calls in flight are told, a sentence for the log, and the call that is to blame."""


class Watch:
    """Looks at one process from its start to its end."""

    def __init__(
        self, first: int, limits: ResourceLimits, flights: dict[int, Flight], kill: Kill, *, own_network: bool = False
    ) -> None:
        """``first`` is the process that all others descend from; ``kill`` ends it.

        ``own_network``: it has a network namespace to itself, so all sockets in there are its own.
        """
        self._own_network = own_network
        self._first, self._limits, self._flights, self._kill = first, limits, flights, kill
        self._cpu_s = 0.0
        self._idle_cpu_s = 0.0
        self._crowded_since = self._hidden_since = 0.0
        self._news = asyncio.Event()
        self.seen = usage.Usage()
        """What it used when the watch looked last."""

    async def run(self) -> None:
        """Watch until cancelled, or until there was a reason to end the process."""
        self._cpu_s = usage.read(self._first).cpu_s
        while not self._look():
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BUSY_S if self._flights else IDLE_S):
                    await self._news.wait()
            if self._news.is_set():
                await asyncio.sleep(BUSY_S)

    def wake(self) -> None:
        """A call begins: look more often."""
        self._news.set()

    def _look(self) -> bool:
        seen = usage.read(self._first)
        held = usage.scratch(seen.pids, SCRATCH, self._limits.disk_mib * MIB)
        scratch_mib = self.seen.scratch_mib if held is None else held.mib
        sockets_mib = usage.sockets_mib(self._first) if self._own_network else 0.0
        self.seen = seen = msgspec.structs.replace(seen, scratch_mib=scratch_mib, sockets_mib=sockets_mib)
        return self._memory(seen) or self._cpu(seen) or self._tasks(seen) or self._files(held)

    def _memory(self, seen: usage.Usage) -> bool:
        limit = self._limits.memory_mib
        if seen.memory_mib + seen.sockets_mib <= limit:
            return False
        # Processes that were forked share pages, which were counted more than once.
        own = usage.own_memory_mib(seen.pids)
        used = seen.sockets_mib + (seen.memory_mib if own is None else own)
        if used <= limit:
            return False
        error = msgspec.structs.replace(MEMORY, data={"memory_mib": limit})
        self._kill(error, f"used {used:.0f} MiB of memory, more than its limit of {limit} MiB", None)
        return True

    def _cpu(self, seen: usage.Usage) -> bool:
        """Share what was used since the last look among the calls in flight."""
        used, self._cpu_s = max(0.0, seen.cpu_s - self._cpu_s), max(self._cpu_s, seen.cpu_s)
        if not self._flights:
            self._idle_cpu_s += used
            if self._idle_cpu_s <= IDLE_CPU_S:
                return False
            self._kill(CPU_TIME, f"used {self._idle_cpu_s:.0f} s of CPU time while it had no call", None)
            return True
        self._idle_cpu_s = 0.0
        limit = self._limits.cpu_s
        for flight in self._flights.values():
            flight.cpu_s += used / len(self._flights)
            if flight.cpu_s > limit:
                error = msgspec.structs.replace(CPU_TIME, data={"cpu_s": limit})
                self._kill(error, f"used more than {limit:g} s of CPU time for call {flight.call.call_id}", flight)
                return True
        return False

    def _tasks(self, seen: usage.Usage) -> bool:
        if seen.tasks < self._limits.pids:
            self._crowded_since = 0.0
            return False
        self._crowded_since = self._crowded_since or monotonic()
        if monotonic() - self._crowded_since < PIDS_S:
            return False
        error = msgspec.structs.replace(PIDS, data={"pids": self._limits.pids})
        self._kill(error, f"stayed at its limit of {self._limits.pids} processes and threads", None)
        return True

    def _files(self, held: usage.Scratch | None) -> bool:
        if held is not None and held.files <= SCRATCH_FILES:
            self._hidden_since = 0.0
            return False
        if held is None:
            self._hidden_since = self._hidden_since or monotonic()
            if monotonic() - self._hidden_since < PIDS_S:
                return False
        told = (
            "hid its scratch folder" if held is None else f"made more than {SCRATCH_FILES} files in its scratch folder"
        )
        self._kill(msgspec.structs.replace(DISK, data={"files": SCRATCH_FILES}), told, None)
        return True
