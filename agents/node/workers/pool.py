"""A fixed number of worker processes: whoever loses one gets another."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Coroutine
from typing import Final

from agentcluster.tasks import end
from agents.domain.calls import CallError
from agents.domain.manifest import Manifest
from agents.node.failures import MEMORY
from agents.node.workers.process import WorkerGoneError, WorkerProcess

logger = logging.getLogger(__name__)

WATCH_S: Final = 0.2
PAUSE_MAX_S: Final = 30.0


class WorkerPool:
    """Start it, borrow workers, give them back; ``size`` is the number of cores by default."""

    def __init__(self, manifests: tuple[Manifest, ...], size: int | None = None, memory_mib: int | None = None) -> None:
        """Every worker can run every one of the agents; all together they may use ``memory_mib`` MiB."""
        self.size = size or os.cpu_count() or 1
        self._manifests = manifests
        self._memory_mib = memory_mib
        self._idle: asyncio.Queue[WorkerProcess] = asyncio.Queue()
        self._workers: set[WorkerProcess] = set()
        self._limits: dict[WorkerProcess, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closers: set[asyncio.Task[None]] = set()
        self._closing = False

    def start(self) -> None:
        """Begin to start the processes; those who borrow wait for them."""
        for _ in range(self.size):
            self._begin(self._add())
        self._begin(self._watch())

    async def borrow(self, memory_mib: int) -> WorkerProcess:
        """Return an idle worker, as soon as there is one, that may use ``memory_mib`` MiB until it is given back."""
        while True:
            worker = await self._idle.get()
            if worker.idle:
                self._limits[worker] = memory_mib
                return worker
            self._replace(worker)

    def give_back(self, worker: WorkerProcess) -> None:
        """Return a worker; one that is dead or still at work is replaced."""
        self._limits.pop(worker, None)
        if worker.idle:
            self._idle.put_nowait(worker)
        else:
            self._replace(worker)

    @property
    def ready(self) -> int:
        """How many processes are up."""
        return sum(worker.is_ready for worker in self._workers)

    async def close(self) -> None:
        """Kill all processes and wait until they are gone."""
        self._closing = True
        await end(*self._tasks)
        await asyncio.gather(*self._closers, return_exceptions=True)
        await asyncio.gather(*(worker.close() for worker in self._workers), return_exceptions=True)

    def _replace(self, worker: WorkerProcess) -> None:
        if not self._closing:
            self._workers.discard(worker)
            closer = asyncio.get_running_loop().create_task(worker.close())
            self._closers.add(closer)
            closer.add_done_callback(self._closers.discard)
            self._begin(self._add())

    async def _add(self) -> None:
        """Start a process; again and again, with growing pauses, when it does not come up."""
        pause_s = 0.5
        while True:
            try:
                return await self._start_one()
            except (WorkerGoneError, OSError) as error:
                logger.error("a worker process did not start, next try in %g s: %s", pause_s, error)
                await asyncio.sleep(pause_s)
                pause_s = min(PAUSE_MAX_S, pause_s * 2)

    async def _start_one(self) -> None:
        worker = await WorkerProcess.spawn()
        self._workers.add(worker)
        try:
            await worker.ready(self._manifests)
        except WorkerGoneError:
            self._workers.discard(worker)
            raise
        self._idle.put_nowait(worker)

    async def _watch(self) -> None:
        """Kill whoever uses more memory than its job may, or the greediest when all together use too much."""
        while True:
            await asyncio.sleep(WATCH_S)
            for worker, limit in list(self._limits.items()):
                if worker.memory_mib() > limit:
                    logger.warning("worker process %d used more than %d MiB and was ended", worker.pid, limit)
                    worker.kill(_over(limit))
            if self._memory_mib is not None:
                self._watch_all(self._memory_mib)

    def _watch_all(self, limit: int) -> None:
        used = {worker: worker.memory_mib() for worker in self._workers}
        busy = [worker for worker in self._limits if not worker.idle]
        if busy and sum(used.values()) > limit:
            greediest = max(busy, key=lambda worker: used.get(worker, 0.0))
            logger.warning("the node's limit of %d MiB was exceeded; worker process %d was ended", limit, greediest.pid)
            greediest.kill(_over(limit))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        with contextlib.suppress(asyncio.CancelledError):
            if error := task.exception():
                logger.error("the worker pool failed", exc_info=error)


def _over(limit_mib: int) -> CallError:
    return CallError(MEMORY.code, MEMORY.message, data={"memory_mib": limit_mib})
