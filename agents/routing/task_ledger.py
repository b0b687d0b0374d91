"""One process's side of the ledger of tasks (features C9): what it has given to instances, told to Redis in batches.

Every ``FLUSH_S`` one function call per agent adds what was given since and acknowledges what was answered. Nobody waits
for it. What Redis holds of this worker is known at each moment in the order of the pipeline (``held``), so what the
others have there can be told apart.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Coroutine, Iterable
from typing import Final, Protocol

from agentcluster.clock import monotonic
from agentcluster.errors import AgentClusterError
from agentcluster.streams import tasks
from agentcluster.streams.errors import StreamsUnavailableError
from agentcluster.streams.run_log import RunLog
from agentcluster.streams.tasks import NewTask
from agentcluster.tasks import end
from agents.domain.calls import CallRequest

logger = logging.getLogger(__name__)

FLUSH_S: Final = 0.01
BATCH: Final = 2000
RETRY_S: Final = 0.5
DOUBT_MS: Final = 10_000
"""Own entries that are older than this and belong to no call were left over by a lost connection."""
DOUBT_S: Final = 120.0
"""For so long after a lost connection the network may still deliver what was sent over it, and Redis carry it out."""


class Flight(Protocol):
    """A call at an instance, as the ledger knows it."""

    request: CallRequest
    instance: str
    entry: bytes
    """Its entry in Redis, once that has answered."""
    over: bool
    """Nothing more is expected of it."""


class _Agent:
    """What is still to be told of one agent's tasks; ``doubted``: until then Redis may get to hold more than is known here."""

    __slots__ = ("busy", "done", "doubted", "new")

    def __init__(self) -> None:
        self.new: list[Flight] = []
        self.done: list[tuple[bytes, str]] = []
        """Entry and instance."""
        self.busy = False
        self.doubted = 0.0


class TaskLedger:
    """Told of every call as it begins and ends; must be made inside the running loop."""

    def __init__(self, log: RunLog, worker: str, *, doubt_ms: int = DOUBT_MS) -> None:
        """Tell ``log``'s Redis in the name of ``worker``."""
        self._log, self._worker, self._doubt_ms = log, worker, doubt_ms
        self._loop = asyncio.get_running_loop()
        self._agents: dict[str, _Agent] = defaultdict(_Agent)
        self._timer: asyncio.TimerHandle | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self.held: dict[str, int] = defaultdict(int)
        """By instance: how many entries of this worker's the commands sent so far leave in Redis."""

    def begin(self, flight: Flight) -> None:
        """Note that a call was given to its instance."""
        self._agents[flight.request.agent].new.append(flight)
        if self._timer is None:
            self._timer = self._loop.call_later(FLUSH_S, self._flush)

    def end(self, flight: Flight) -> None:
        """Note that nothing more is expected of a call."""
        flight.over = True
        if flight.entry:
            self._agents[flight.request.agent].done.append((flight.entry, flight.instance))
            if self._timer is None:
                self._timer = self._loop.call_later(FLUSH_S, self._flush)

    async def settle(self, known: set[bytes]) -> None:
        """Remove own entries that no call stands behind, where a lost connection may have left some."""
        for name, agent in [*self._agents.items()]:
            if monotonic() > agent.doubted:
                continue
            mine = await tasks.older_than(self._log, name, self._doubt_ms)
            known = known | {entry for entry, _ in agent.done}
            left = [task.entry_id for task in mine if task.worker == self._worker and task.entry_id not in known]
            await tasks.remove(self._log, name, left)

    async def stop(self) -> None:
        """Tell what is still to be told, as long as Redis is there."""
        if self._timer is not None:
            self._timer.cancel()
        self._flush()
        if self._sending:
            await asyncio.wait(self._sending, timeout=1.0)
        await end(*self._sending)

    def _flush(self) -> None:
        self._timer = None
        for name, agent in self._agents.items():
            if (agent.new or agent.done) and not agent.busy:
                agent.busy = True
                self._spawn(self._tell(name, agent))

    async def _tell(self, name: str, agent: _Agent) -> None:
        """Send until nothing is left; one at a time per agent, so that a task is added before it is done."""
        try:
            while agent.new or agent.done:
                new, agent.new = agent.new[:BATCH], agent.new[BATCH:]
                done, agent.done = agent.done[:BATCH], agent.done[BATCH:]
                await self._record(name, agent, new, done)
                await asyncio.sleep(FLUSH_S)
        finally:
            agent.busy = False

    async def _record(self, name: str, agent: _Agent, new: list[Flight], done: list[tuple[bytes, str]]) -> None:
        new.sort(key=_instance)
        rows = [NewTask(flight.instance, flight.request.call_id, flight.over) for flight in new]
        self._count((row.instance for row in rows if not row.over), 1)
        self._count((instance for _, instance in done), -1)
        try:
            ids = await tasks.record(self._log, name, self._worker, [entry for entry, _ in done], rows)
        except AgentClusterError as error:
            self._count((row.instance for row in rows if not row.over), -1)
            if isinstance(error, StreamsUnavailableError):
                self._count((instance for _, instance in done), 1)
                agent.done = done + agent.done
            else:
                logger.warning("the tasks of %s cannot be written down: %s", name, error.message)
            agent.doubted = monotonic() + DOUBT_S
            await asyncio.sleep(RETRY_S)
            return
        for flight, row, entry in zip(new, rows, ids, strict=True):
            if row.over:
                continue
            flight.entry = entry
            if flight.over:
                agent.done.append((entry, flight.instance))

    def _count(self, instances: Iterable[str], step: int) -> None:
        for instance in instances:
            self.held[instance] += step
            if not self.held[instance]:
                del self.held[instance]

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)


def _instance(flight: Flight) -> str:
    return flight.instance
