"""One slot that this node holds: from the claim to the end of its instance (features A1, A3)."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from agentcluster.clock import now_ms
from agentcluster.errors import AgentClusterError
from agentcluster.messaging import Bucket, BusUnavailableError
from agentcluster.tasks import end
from agents.domain.lifecycle import LifeState, move
from agents.domain.placement import Deployment, Slot, SlotId, short, slot_key
from agents.node.hosted import HostedAgent
from agents.node.hosting import Hosting

logger = logging.getLogger(__name__)

PAUSE_S: Final = 1.0
PAUSE_MAX_S: Final = 60.0
GIVE_UP: Final = 3
"""After so many failed starts the slot is left to others, when there are any."""
FINISH_S: Final = 13.0
TROUBLE_MAX: Final = 500

Make = Callable[[Deployment, str, int], Awaitable[HostedAgent]]
"""Returns an idle instance: of the deployment, with this instance id, for the slot of this number."""


class Tenancy:
    """Keeps an instance in a slot until told to end; what becomes of the slot itself its holder decides (``Slots``)."""

    def __init__(self, place: SlotId, deployment: Deployment, bucket: Bucket, hosting: Hosting, make: Make) -> None:
        """Nothing happens before ``begin``."""
        self.place, self.deployment = place, deployment
        self.key = slot_key(deployment.agent, deployment.identity, place.number)
        self._instances: set[str] = set()
        self.instance = self._new_id()
        self.hosted: HostedAgent | None = None
        self.failures = 0
        self.revision = 0
        """Of the slot's entry as we wrote it; 0: it is not ours (any more)."""
        self.slot: Slot | None = None
        self.left_s: float | None = None
        """Since when (monotonic) others may take the slot."""
        self.why_leaving = ""
        self.overtaken_s: float | None = None
        """Since when another has the slot."""
        self._bucket, self._hosting, self._make = bucket, hosting, make
        self._ending, self._restart = asyncio.Event(), asyncio.Event()
        self._finish_s = FINISH_S
        self._task: asyncio.Task[None] | None = None

    @property
    def over(self) -> bool:
        """Whether everything has ended."""
        return self._task is not None and self._task.done()

    @property
    def ending(self) -> bool:
        """Whether the instance was told to end."""
        return self._ending.is_set()

    def first(self, node: str) -> Slot:
        """Return what the claim says."""
        return Slot(node, self.instance, now_ms(), state="starting")

    def begin(self, slot: Slot, revision: int) -> None:
        """The slot is ours at ``revision``: start the instance."""
        self.slot, self.revision = slot, revision
        self._task = asyncio.get_running_loop().create_task(self._live())

    def end(self, finish_s: float = FINISH_S) -> None:
        """Let calls at work finish for so long, end the instance, then give the slot back when it is still ours."""
        self._finish_s = finish_s
        self._ending.set()

    def restart(self) -> None:
        """End the instance and start another in the same slot; IllegalMoveError when it is not running."""
        move(self.hosted.state if self.hosted else LifeState.IDLE, LifeState.STOPPING)
        self._restart.set()

    async def ended(self) -> None:
        """Wait until everything has ended."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def owns(self, slot: Slot) -> bool:
        """Say whether the slot's entry is ours, maybe from before a restart of the instance."""
        return slot.instance in self._instances

    async def repair(self) -> None:
        """Write again what did not get through while NATS was away."""
        if self.slot is None:
            return
        if self.slot.instance != self.instance:
            await self.write(instance=self.instance)
        if self.slot.state == "starting" and self.hosted is not None:
            await self.write(state="running", trouble="")

    async def write(self, **changes: Any) -> bool:
        """Change the slot's entry; False when it is not ours any more, or NATS is away (the next look puts it right)."""
        if self.slot is None or not self.revision:
            return False
        slot = msgspec.structs.replace(self.slot, **changes)
        try:
            revision = await self._bucket.update(self.key, msgspec.json.encode(slot), self.revision)
        except BusUnavailableError as error:
            logger.warning("slot %s cannot be written: %s", self.key, error.message)
            return False
        if revision is None:
            return False
        self.slot, self.revision = slot, revision
        return True

    async def claim_again(self) -> bool:
        """Write our name where there is none: NATS came back empty. False when another was quicker."""
        if self.slot is None:
            return False
        revision = await self._bucket.create(self.key, msgspec.json.encode(self.slot))
        self.revision = revision or 0
        return revision is not None

    async def _live(self) -> None:
        try:
            while not self.ending:
                self._restart.clear()
                if not await self._start():
                    return
                await self._until_told()
                await self._remove()
                if not self.ending:
                    self.instance = self._new_id()
                    await self.write(instance=self.instance, state="starting", since_ms=now_ms())
        except Exception:
            logger.exception("slot %s: its instance %s ended in disorder", self.key, self.instance)
        finally:
            await self._remove()
            await self._give_back()

    async def _start(self) -> bool:
        """Start the instance, as often as it takes; False when told to end first."""
        while not self.ending:
            try:
                await self._try_until_told()
            except Exception as error:
                self.failures += 1
                await self._tell_trouble(error)
                pause_s = min(PAUSE_MAX_S, PAUSE_S * 2 ** (self.failures - 1))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._ending.wait(), pause_s)
                continue
            if self.hosted is None:
                return False
            self.failures = 0
            logger.info("%s runs in slot %s", self.instance, self.key)
            if self.slot is not None and self.slot.state == "starting":
                await self.write(state="running", trouble="")
            return True
        return False

    async def _try_until_told(self) -> None:
        """Try to start; broken off when told to end, since an agent may take a minute until it is ready."""
        trying = asyncio.ensure_future(self._try_start())
        ending = asyncio.ensure_future(self._ending.wait())
        try:
            await asyncio.wait({trying, ending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending.cancel()
            trying.cancel()
        await asyncio.wait({trying})
        if not trying.cancelled():
            trying.result()

    async def _try_start(self) -> None:
        hosted = await self._make(self.deployment, self.instance, self.place.number)
        hosted.slot = self.place.number
        try:
            await self._hosting.add(hosted)
        except BaseException:
            await self._hosting.remove(hosted, 0)
            raise
        self.hosted = hosted

    async def _tell_trouble(self, error: Exception) -> None:
        known = isinstance(error, AgentClusterError)
        message = error.message if isinstance(error, AgentClusterError) else f"{type(error).__name__}: {error}"
        logger.warning("%s does not start (%d): %s", self.instance, self.failures, message, exc_info=not known)
        await self.write(trouble=message[:TROUBLE_MAX])

    async def _until_told(self) -> None:
        told = [asyncio.ensure_future(event.wait()) for event in (self._ending, self._restart)]
        try:
            await asyncio.wait(told, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(*told)

    async def _remove(self) -> None:
        hosted, self.hosted = self.hosted, None
        if hosted is not None:
            await self._hosting.remove(hosted, self._finish_s)

    async def _give_back(self) -> None:
        if not self.revision:
            return
        with contextlib.suppress(BusUnavailableError):
            await self._bucket.remove(self.key, self.revision)
        self.revision = 0

    def _new_id(self) -> str:
        number = f"{self.place.number}-{os.urandom(3).hex()}"
        instance = f"{self.deployment.agent}-{short(self.deployment.identity)[:6]}-{number}"
        self._instances.add(instance)
        return instance
