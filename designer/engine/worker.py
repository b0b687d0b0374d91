"""The engine of one worker process: takes runs in, drives them, takes over those of the dead, hands over its own."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import msgspec
from django.conf import settings

from agentcluster.clock import SteadyClock, now_ms
from agentcluster.ids import new_id
from agentcluster.messaging import Bus, BusUnavailableError, connect
from agentcluster.streams import keys
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.parking import ring
from agentcluster.streams.ready import STREAMS, Hint, ReadyStream
from agentcluster.streams.run_log import RunLog
from agentcluster.streams.wake import WakeStream
from agentcluster.tasks import end
from agents.cluster.view import ClusterView
from agents.contracts.publishing import run_publisher
from agents.contracts.unreadable import Unreadable
from agents.placement.pushing import run_placement
from agents.placement.scaling import Autoscaler
from agents.registry.sync import run_registrar
from designer.engine.dispatch import Dispatcher
from designer.engine.driver import Driver, Parts
from designer.engine.liveness import Liveness
from designer.engine.outcome import Outcome
from designer.engine.projector import Projector
from designer.engine.reaper import Reaper
from designer.engine.request import decode_request, encode_request
from designer.engine.room import Room
from designer.engine.task_sweep import SWEEP_S, TaskSweep
from designer.engine.versions import Versions

logger = logging.getLogger(__name__)

INTAKE: Final = 256
RECOVER_S: Final = 2.0
CLOCK_S: Final = 1.0
RING_S: Final = 0.5
RING_AHEAD_MS: Final = 1000
"""Parked runs are woken so much before they are due: the rest they wait in memory, to the millisecond."""
RING: Final = 500
FINISH_S: Final = 3.0
HAND_OVER_S: Final = 10.0
FENCED_PAUSE_S: Final = 0.5


class Engine:
    """Make it inside the running loop; ``serve`` until told to stop."""

    def __init__(
        self, redis_url: str, nats_url: str, *, max_runs: int, run_timeout_s: float | None = None, worker: str = ""
    ) -> None:
        """Hold at most ``max_runs`` runs in memory, or as many as a policy says; ``worker`` is new for every start of a process.

        ``run_timeout_s`` is how long a run may take whose workflow does not say (``ENGINE_RUN_TIMEOUT_S``).
        """
        self._run_timeout_s = settings.ENGINE_RUN_TIMEOUT_S if run_timeout_s is None else run_timeout_s
        self.worker = worker or new_id()
        self._redis_url, self._nats_url = redis_url, nats_url
        self.bus: Bus | None = None
        self._drivers: dict[str, Driver] = {}
        self._later: dict[str, Hint] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = Room(max_runs)
        self._stopping = asyncio.Event()
        self._clock = SteadyClock()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="engine-sql")
        self._side_executor = ThreadPoolExecutor(1, thread_name_prefix="engine-reaper")
        self._writer = BatchWriter(redis_url)
        self._log = RunLog(self._writer)
        self._ready = ReadyStream(redis_url, self._log, self.worker)
        self._wake = WakeStream(redis_url, self._log, self.worker)
        self.liveness = Liveness(self._log, self.worker)
        self._projector = Projector(self._executor)

    @property
    def held(self) -> int:
        """How many runs this worker holds in memory."""
        return len(self._drivers)

    def stop(self) -> None:
        """Admit no more runs, finish or hand over those at hand, then let ``serve`` return."""
        self._stopping.set()

    async def serve(self) -> None:
        """Drive runs until ``stop``; waits for Redis and NATS as long as it takes."""
        await self.liveness.start()
        bus = self.bus = await self._connect()
        if bus is None:
            return await self._close()
        view = ClusterView(bus)
        await self._start_view(view)
        unreadable = Unreadable(bus, self._writer, f"engine {self.worker}")
        dispatcher = Dispatcher(bus, view, self._log, self.worker, unreadable)
        await dispatcher.start()
        versions = Versions(self._executor)
        self._parts = Parts(
            self.worker, self._log, dispatcher, versions, self._projector, self.liveness, self._run_timeout_s
        )
        self.liveness.on_stall = lambda: self._spawn(self._check_ownership())
        self._projector.start()
        sweep = TaskSweep(self._log, dispatcher, view, self.liveness, self.worker)
        reaper = Reaper(self._log, self._ready, self.liveness, self._side_executor, self.worker)
        loops = [
            asyncio.create_task(loop)
            for loop in (
                self._repeat(self._follow_wakes, 0),
                self._repeat(self._recover, RECOVER_S),
                self._repeat(self._check_clocks, CLOCK_S),
                self._repeat(self._ring_timers, RING_S),
                self._repeat(sweep.sweep, SWEEP_S),
                reaper.run(),
                run_registrar(bus),
                run_placement(bus, Autoscaler(view, self._log)),
                run_publisher(bus),
            )
        ]
        logger.info("engine worker %s is ready", self.worker)
        interrupter = asyncio.create_task(self._interrupt_when_stopped())
        try:
            await self._take_in_until_stopped(loops)
        finally:
            interrupter.cancel()
        await self._hand_over()
        await end(*loops)
        await dispatcher.stop()
        await view.stop()
        await self._close()
        await bus.close()

    async def _connect(self) -> Bus | None:
        while not self._stopping.is_set():
            try:
                return await connect(self._nats_url, f"engine-{self.worker}", wait_s=5)
            except BusUnavailableError as error:
                logger.warning("waiting for NATS: %s", error)
        return None

    async def _start_view(self, view: ClusterView) -> None:
        while not self._stopping.is_set():
            try:
                return await view.start()
            except BusUnavailableError as error:
                logger.warning("waiting for the state of the cluster: %s", error)

    async def _take_in_until_stopped(self, loops: list[asyncio.Task[None]]) -> None:
        while not self._stopping.is_set():
            for task in loops:
                if task.done():
                    task.result()
            room = self._room.left(len(self._drivers))
            if room <= 0:
                await self._room.changed(self._stopping)
                continue
            for hint in await self._ready.read(min(room, INTAKE * len(STREAMS))):
                self._admit(hint, fresh=True)

    async def _interrupt_when_stopped(self) -> None:
        await self._stopping.wait()
        while True:
            await self._ready.interrupt()
            await asyncio.sleep(0.05)

    def _admit(self, hint: Hint, *, fresh: bool) -> None:
        try:
            request = decode_request(hint.data)
        except msgspec.MsgspecError as error:
            logger.error("a hint cannot be read and is dropped: %s", error)
            self._ready.done(hint)
            return
        if request.run_id in self._drivers:
            # One too many; or the run was parked in this moment and roused again, and its driver does not know yet.
            self._drop(self._later.get(request.run_id))
            self._later[request.run_id] = hint
            return
        driver = self._drivers[request.run_id] = Driver(self._parts, request, fresh=fresh)
        # Its data is not needed any more, and would be held for as long as the run is.
        self._spawn(self._drive(driver, hint._replace(data=b"")))

    async def _drive(self, driver: Driver, hint: Hint) -> None:
        run_id = driver.request.run_id
        try:
            outcome = await driver.drive()
        except Exception:
            logger.exception("run %s: driving it failed, and so did recording that; the reaper brings it back", run_id)
            await driver.release()
            outcome = Outcome.ELSEWHERE
        finally:
            del self._drivers[run_id]
            self._room.gained()
        later = self._later.pop(run_id, None)
        if outcome is not Outcome.PARKED or later is None:
            self._drop(later)
        elif self._stopping.is_set():
            await self._ready.give_back(later)
        else:
            self._admit(later, fresh=False)
        if outcome is Outcome.FENCED:
            if await self._has_other_owner(run_id):
                self._ready.let_go(hint)
                return
            await asyncio.sleep(FENCED_PAUSE_S)
        if outcome in (Outcome.FENCED, Outcome.HANDED_OVER):
            await self._ready.add(encode_request(driver.request), driver.request.priority)
        self._ready.done(hint)

    def _drop(self, hint: Hint | None) -> None:
        if hint is not None:
            self._ready.done(hint)

    async def _has_other_owner(self, run_id: str) -> bool:
        """Return whether somebody else drives the run; else Redis has lost the last second, and it begins from the log."""
        owner = await self._log.command("HGET", keys.meta(run_id), "owner")
        return bool(owner) and owner != self.worker.encode()

    async def _repeat(self, work: Callable[[], Coroutine[Any, Any, None]], pause_s: float) -> None:
        while True:
            await asyncio.sleep(pause_s)
            try:
                await work()
            except Exception:
                logger.exception("%s failed, trying again", work.__qualname__)
                await asyncio.sleep(1)

    async def _follow_wakes(self) -> None:
        told = await self._wake.read()
        for run_id in [*self._drivers] if told is None else told:
            driver = self._drivers.get(run_id)
            if driver is not None:
                driver.read_inbox()

    async def _recover(self) -> None:
        """Take over the hints, and with them the runs, of dead workers."""
        consumers = set(await self._ready.consumers())
        for worker in consumers:
            self.liveness.is_dead(worker)
        for worker in self.liveness.unburied():
            room = min(INTAKE, self._room.left(len(self._drivers)))
            if worker not in consumers:
                await self.liveness.bury(worker)
                continue
            if room <= 0:
                return
            hints = await self._ready.take_from(worker, room)
            if hints:
                logger.warning("worker %s is dead: taking over %d runs", worker, len(hints))
            for hint in hints:
                self._admit(hint, fresh=False)
            if not hints and await self._ready.forget(worker):
                await self.liveness.bury(worker)

    async def _check_clocks(self) -> None:
        now = now_ms()
        for driver in [*self._drivers.values()]:
            driver.check_clock(now)

    async def _ring_timers(self) -> None:
        """Wake parked runs that are due; any worker may, each timer rings once."""
        while await ring(self._log, self._clock.now_ms() + RING_AHEAD_MS, RING) == RING:
            pass

    async def _check_ownership(self) -> None:
        """After this process stood still: find out which runs others have taken over meanwhile."""
        for run_id, driver in [*self._drivers.items()]:
            epoch = await self._log.command("HGET", keys.meta(run_id), "epoch")
            if epoch is not None:
                driver.fence(int(epoch))

    async def _hand_over(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FINISH_S)
        if self._drivers:
            logger.info("handing %d runs over", len(self._drivers))
        for driver in [*self._drivers.values()]:
            driver.hand_over()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=HAND_OVER_S)
        for task in [*self._tasks]:
            task.cancel()

    async def _close(self) -> None:
        self._room.close()
        await self._projector.stop()
        await self._ready.close()
        await self._wake.close()
        await self.liveness.stop()
        await self._writer.close()
        self._executor.shutdown()
        self._side_executor.shutdown()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
