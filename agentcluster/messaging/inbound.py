"""Subjects that others publish on: each message to one reader of a group, and acknowledged where NATS keeps it.

Where a JetStream stream holds the subject, a durable consumer shares it out: what is not acknowledged comes again.
Otherwise it is core NATS with a queue group, which hands each message out at most once.
"""

import asyncio
import contextlib
import datetime as dt
import enum
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import nats.errors
import nats.js.errors
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy

from agentcluster.clock import monotonic
from agentcluster.messaging.bus import Bus, Received, Subscription
from agentcluster.messaging.errors import BusUnavailableError
from agentcluster.tasks import end

logger = logging.getLogger(__name__)

ACK_WAIT_S: Final = 30
RETRY_S: Final = 10.0
BATCH: Final = 20
FETCH_S: Final = 5.0
LOOK_S: Final = 30.0
"""How often it is looked up whether a stream holds the subject, which may change."""
MAX_ACK_PENDING: Final = 100
"""Messages of a stream that are handed out and not yet acknowledged, unless somebody says otherwise."""
WAITING: Final = 1000
"""Core messages that may wait; those beyond are dropped and counted."""
TIMEOUT_S: Final = 3.0
PAUSE_S: Final = 1.0
_GONE: Final = (nats.js.errors.NotFoundError, nats.errors.NoRespondersError, nats.js.errors.ServiceUnavailableError)


class Verdict(enum.Enum):
    """What is to become of a message: it is safe elsewhere, is to come again, or is never to come again."""

    DONE = "done"
    AGAIN = "again"
    NEVER = "never"


@dataclass(frozen=True)
class InboundMessage:
    """A message: ``key`` is the same for each delivery (empty: it has none), ``deliveries`` counts them."""

    subject: str
    data: bytes
    headers: dict[str, str] = field(default_factory=dict)
    key: str = ""
    deliveries: int = 1
    durable: bool = False
    """Whether it comes again when it is not settled."""


Handle = Callable[[InboundMessage], Awaitable[Verdict]]


class InboundSubject:
    """Reads a subject until ``stop``, for a group of readers named ``group``."""

    def __init__(
        self,
        bus: Bus,
        subject: str,
        group: str,
        since: dt.datetime,
        handle: Handle,
        *,
        max_ack_pending: Callable[[], int] = lambda: MAX_ACK_PENDING,
    ) -> None:
        """``since``: a stream's messages count from then on. Make it inside the running loop.

        ``max_ack_pending`` is asked again every few seconds: how many messages of a stream the group may have in work.
        """
        self.subject, self.dropped = subject, 0
        self._max_ack_pending = max_ack_pending
        self._bus, self._group, self._since, self._handle = bus, group, since, handle
        self._waiting: asyncio.Queue[InboundMessage] = asyncio.Queue(WAITING)
        self._task = asyncio.get_running_loop().create_task(self._run())

    @property
    def idle(self) -> bool:
        """Whether no message of core NATS waits."""
        return self._waiting.empty()

    async def stop(self) -> None:
        """Take no more messages; those of a stream that are not dealt with come again, to others."""
        await end(self._task)

    async def _run(self) -> None:
        while True:
            try:
                stream = await self._stream()
                await (self._pull(stream) if stream else self._listen())
            except (BusUnavailableError, nats.errors.Error, nats.js.errors.Error, TimeoutError) as error:
                logger.warning("the subject %s cannot be read: %s", self.subject, error)
                await asyncio.sleep(PAUSE_S)

    async def _stream(self) -> str:
        """Return the stream that holds the subject, empty when none does."""
        context = self._bus.client.jetstream(timeout=TIMEOUT_S)
        try:
            return await context.find_stream_name_by_subject(self.subject)
        except _GONE:
            return ""

    async def _pull(self, stream: str) -> None:
        context = self._bus.client.jetstream(timeout=TIMEOUT_S)
        bound = self._max_ack_pending()
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_TIME,
            opt_start_time=self._since,
            ack_wait=ACK_WAIT_S,
            max_ack_pending=bound,
        )
        await self._hold_to(context, stream, bound)
        pulled = await context.pull_subscribe(self.subject, durable=self._group, stream=stream, config=config)
        look = monotonic() + LOOK_S
        try:
            while monotonic() < look and self._max_ack_pending() == bound:
                with contextlib.suppress(nats.errors.TimeoutError):
                    batch = await pulled.fetch(BATCH, timeout=FETCH_S)
                    await asyncio.gather(*(self._settle(message) for message in batch))
        finally:
            with contextlib.suppress(nats.errors.Error):
                await pulled.unsubscribe()

    async def _hold_to(self, context: JetStreamContext, stream: str, bound: int) -> None:
        """Change the bound of a consumer that is there already; a new one gets it when it is made."""
        with contextlib.suppress(nats.js.errors.NotFoundError):
            there = (await context.consumer_info(stream, self._group)).config
            if there.max_ack_pending != bound:
                await context.add_consumer(stream, there.evolve(max_ack_pending=bound))

    async def _settle(self, message: Msg) -> None:
        verdict = await self._handle(_kept(message))
        if verdict is Verdict.DONE:
            await message.ack()
        elif verdict is Verdict.AGAIN:
            await message.nak(delay=RETRY_S)
        else:
            await message.term()

    async def _listen(self) -> None:
        subscription: Subscription = await self._bus.subscribe(self.subject, self._queue, queue=self._group)
        look = monotonic() + LOOK_S
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    batch = [await asyncio.wait_for(self._waiting.get(), max(0.0, look - monotonic()))]
                    while not self._waiting.empty() and len(batch) < BATCH:
                        batch.append(self._waiting.get_nowait())
                    await asyncio.gather(*(self._handle(message) for message in batch))
                if monotonic() < look:
                    continue
                if await self._stream():
                    return
                look = monotonic() + LOOK_S
        finally:
            await subscription.stop()

    def _queue(self, message: Received) -> None:
        headers = {name: str(value) for name, value in (message.headers or {}).items()}
        key = headers.get("Nats-Msg-Id", "")
        try:
            self._waiting.put_nowait(InboundMessage(message.subject, message.data, headers, key))
        except asyncio.QueueFull:
            self.dropped += 1


def _kept(message: Msg) -> InboundMessage:
    about: Any = message.metadata
    # A stream that was deleted and made again counts from 1 again; the moment tells the two apart.
    key = f"{about.stream}/{about.sequence.stream}/{int(about.timestamp.timestamp() * 1000)}"
    headers = {name: str(value) for name, value in (message.headers or {}).items()}
    return InboundMessage(message.subject, message.data, headers, key, about.num_delivered or 1, durable=True)


async def forget_reader(bus: Bus, subject: str, group: str) -> None:
    """Remove the group's durable consumer from the stream that holds the subject, if there is one.

    Raises ``BusUnavailableError`` when NATS does not answer.
    """
    context = bus.client.jetstream(timeout=TIMEOUT_S)
    try:
        await context.delete_consumer(await context.find_stream_name_by_subject(subject), group)
    except _GONE:
        return
    except (nats.errors.Error, nats.js.errors.Error, TimeoutError) as error:
        raise BusUnavailableError(f"JetStream cannot be reached right now: {error}") from error
