"""The engine's place in a Celery worker: started and stopped with workers that consume the queue ``runs``."""

import asyncio
import logging
import os
import signal
import threading
from typing import Any

import uvloop
from celery import bootsteps
from django.conf import settings

from agentcluster import garbage, structs
from agentcluster.health.checks import NotReadyError, check_nats
from agentcluster.health.server import HealthServer, serving
from agentcluster.streams.check import check_server
from agentcluster.streams.errors import StreamsUnavailableError
from agents.policies import following
from designer.engine.worker import Engine

logger = logging.getLogger(__name__)

QUEUE = "runs"
PROCESS = "worker"
STOP_S = 25.0


class EngineThread(threading.Thread):
    """Runs an ``Engine`` on a uvloop of its own; when it fails for good, the whole worker process is told to stop."""

    def __init__(self) -> None:
        """See ``start``."""
        super().__init__(name="engine", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._engine: Engine | None = None
        self._stopped = threading.Event()

    def run(self) -> None:
        """Serve until ``stop``."""
        garbage.calm()
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._serve())
        except Exception:
            logger.critical("the engine failed, stopping this worker", exc_info=True)
            os.kill(os.getpid(), signal.SIGTERM)

    def stop(self) -> None:
        """Finish or hand over the runs and wait for that, at most ``STOP_S`` seconds."""
        self._stopped.set()
        if self._loop is not None and self._engine is not None:
            try:
                self._loop.call_soon_threadsafe(self._engine.stop)
            except RuntimeError:
                logger.debug("the engine's loop is closed already")
        self.join(STOP_S)
        following.stop()

    async def _serve(self) -> None:
        async with serving(PROCESS) as health:
            await self._drive(health)

    async def _drive(self, health: HealthServer) -> None:
        await self._check_redis()
        if self._stopped.is_set():
            return
        engine = self._engine = Engine(settings.REDIS_URL, settings.NATS_URL, max_runs=settings.ENGINE_MAX_RUNS)
        health.checks |= {"nats": lambda: check_nats(engine.bus), "engine": self._drives}
        self._loop = asyncio.get_running_loop()
        following.start("engine", self._loop)
        if self._stopped.is_set():
            self._engine.stop()
        await self._engine.serve()

    def _drives(self) -> str:
        if self._engine is None or self._stopped.is_set():
            raise NotReadyError("it is stopping")
        if not self._engine.liveness.fresh:
            raise NotReadyError("Redis does not take its sign of life")
        return f"it drives {self._engine.held} runs"

    async def _check_redis(self) -> None:
        while not self._stopped.is_set():
            try:
                return await asyncio.to_thread(check_server, settings.REDIS_URL)
            except StreamsUnavailableError as error:
                logger.warning("waiting for Redis: %s", error.message)
                await asyncio.sleep(1)


class EngineStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """A step of the worker's blueprint, after the pool: what forks must have forked before threads start."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        """Take the Celery worker."""
        super().__init__(parent, **kwargs)
        self.thread: EngineThread | None = None

    def include_if(self, parent: Any) -> bool:
        """Return whether this worker consumes the queue ``runs``."""
        return QUEUE in parent.app.amqp.queues.consume_from

    def start(self, parent: Any) -> None:
        """Start the engine with the worker."""
        structs.prepare_ours()
        self.thread = EngineThread()
        self.thread.start()

    def stop(self, parent: Any) -> None:
        """Stop it within the worker's warm shutdown."""
        if self.thread is not None:
            self.thread.stop()

    terminate = stop
