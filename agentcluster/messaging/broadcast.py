"""Telling everybody, also those who were away for a moment: a JetStream stream keeps the last minute of a subject.

Whoever listens hears each message at once, over core NATS, and once more from the stream what came while it was not
connected, or just before it came. So a listener may hear a message twice, and never waits for JetStream.
"""

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Callable
from typing import Any, Final

import msgspec
import nats.errors
import nats.js.errors
from nats.js.api import ConsumerConfig, DeliverPolicy, DiscardPolicy, StreamConfig

from agentcluster.clock import now_ms
from agentcluster.messaging.bus import Bus, Received, Subscription
from agentcluster.messaging.errors import BusUnavailableError
from agentcluster.messaging.replicas import spread, storage_of
from agentcluster.tasks import end

logger = logging.getLogger(__name__)

TIMEOUT_S: Final = 3.0
QUIET_S: Final = 0.5
"""When the stream has said nothing for so long, all that it had is read."""
AGAIN_S: Final = 2.0
TRIES: Final = 5

Heard = Callable[[bytes, str, int], None]
"""Takes the message, its reply subject (empty from the stream: that travels in the message) and its age in ms."""


class _Ack(msgspec.Struct):
    """What JetStream says when a stream has taken a message, or could not."""

    stream: str = ""
    seq: int = 0
    error: dict[str, Any] | None = None


_ack: Final = msgspec.json.Decoder(_Ack).decode


def is_stored(data: bytes) -> bool | None:
    """Return whether a message on a reply subject is the stream's word that it has the request; None: something else."""
    if not data.startswith((b'{"stream"', b'{"error"')):
        return None
    try:
        ack = _ack(data)
    except msgspec.MsgspecError:
        return None
    return ack.error is None and bool(ack.stream)


class Broadcast:
    """A subject whose messages a stream keeps for ``age_s`` seconds, the newest ``messages`` of them."""

    def __init__(self, bus: Bus, stream: str, subject: str, *, age_s: float, messages: int, size: int) -> None:
        """At most ``size`` bytes are kept, too; older messages make room."""
        self.subject, self._bus, self._stream, self._age_s = subject, bus, stream, age_s
        self._config = StreamConfig(
            name=stream,
            subjects=[subject],
            max_age=age_s,
            max_msgs=messages,
            max_bytes=size,
            discard=DiscardPolicy.OLD,
            duplicate_window=age_s,
        )
        self._subscription: Subscription | None = None
        self._stopped = False
        self._catching_up: asyncio.Task[None] | None = None

    async def ensure(self) -> None:
        """Create the stream when it is missing; BusUnavailableError when JetStream does not answer."""
        context = self._bus.client.jetstream(timeout=TIMEOUT_S)
        try:
            await spread(
                context,
                self._stream,
                self._bus.replicas,
                lambda replicas: context.add_stream(self._spread_over(replicas)),
                # There is one with other limits, of an earlier or later version: it does as well.
                lambda: context.stream_info(self._stream),
            )
        except (nats.errors.Error, TimeoutError) as error:
            raise self._unavailable(error) from error

    def _spread_over(self, replicas: int) -> StreamConfig:
        return self._config.evolve(num_replicas=replicas, storage=storage_of(self._bus.replicas, volatile=True))

    async def listen(self, heard: Heard, since_s: float) -> None:
        """Hear everything from now on, and what the last ``since_s`` seconds brought, now and after each lost connection."""

        def live(message: Received) -> None:
            heard(message.data, message.reply, 0)

        self._subscription = await self._bus.subscribe(self.subject, live)
        self._bus.on_return(lambda: self._begin_to_catch_up(heard, since_s))
        await self._begin_to_catch_up(heard, since_s)

    async def stop(self) -> None:
        """Hear no more."""
        self._stopped = True
        await end(self._catching_up)
        if self._subscription is not None:
            await self._subscription.stop()

    async def _begin_to_catch_up(self, heard: Heard, since_s: float) -> None:
        await end(self._catching_up)
        if not self._stopped:
            self._catching_up = asyncio.get_running_loop().create_task(self._catch_up(heard, since_s))

    async def _catch_up(self, heard: Heard, since_s: float) -> None:
        for _ in range(TRIES):
            try:
                await self.ensure()
                await self._read(heard, since_s)
            except (BusUnavailableError, nats.errors.Error, nats.js.errors.Error, TimeoutError) as error:
                logger.info("what was said on %s lately cannot be read yet: %s", self.subject, error)
                await asyncio.sleep(AGAIN_S)
            else:
                return

    async def _read(self, heard: Heard, since_s: float) -> None:
        """Read what the stream holds of the last ``since_s`` seconds, with a consumer that vanishes afterwards."""
        context = self._bus.client.jetstream(timeout=TIMEOUT_S)
        since = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=since_s)
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_TIME,
            opt_start_time=since,
            inactive_threshold=10.0,
            mem_storage=True,
        )
        subscription = await context.subscribe(self.subject, stream=self._stream, config=config, ordered_consumer=True)
        try:
            while True:
                message = await subscription.next_msg(timeout=QUIET_S)
                said: Any = message.metadata
                heard(message.data, "", max(0, now_ms() - int(said.timestamp.timestamp() * 1000)))
                if not said.num_pending:
                    return
        except nats.errors.TimeoutError:
            return
        finally:
            with contextlib.suppress(nats.errors.Error):
                await subscription.unsubscribe()

    def _unavailable(self, error: BaseException) -> BusUnavailableError:
        reason = str(error) or type(error).__name__
        return BusUnavailableError(f"The stream {self._stream} cannot be reached right now ({reason}).")
