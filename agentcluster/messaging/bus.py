"""The connection to NATS: publish, subscribe, request; it comes back by itself, whatever happens to the servers."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

import nats
import nats.errors
from nats.aio.client import Client, Server

from agentcluster.messaging import address
from agentcluster.messaging.errors import (
    BusUnavailableError,
    MessageTooLargeError,
    NoResponderError,
    ReplyTimeoutError,
)
from agentcluster.messaging.outbox import Headers, Outbox
from agentcluster.messaging.replicas import given_replicas, wanted_replicas
from agentcluster.tasks import end

logger = logging.getLogger(__name__)

PING_S: Final = 5
PENDING_BYTES: Final = 8 * 1024 * 1024
OUTBOX_BYTES: Final = 64 * 1024 * 1024
HEADER_ROOM: Final = 512
"""NATS counts headers as payload; this much of ``max_payload`` is kept for them."""
HANGS_UP: Final = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)
REFUSED: Final = "authorization violation: the server wants another user, password or token and hung up"


class Received(Protocol):
    """A message as it came: ``reply`` is empty when no answer is wanted."""

    subject: str
    reply: str
    data: bytes
    headers: Headers | None


Handler = Callable[[Received], Awaitable[None] | None]


def is_no_responder(message: Received) -> bool:
    """Return whether this is the server's note (on the reply subject) that nobody listens to what was published."""
    return not message.data and bool(message.headers) and (message.headers or {}).get("Status") == "503"


class Subscription:
    """Interest in a subject, kept over reconnects until ``stop``."""

    def __init__(self, subject: str, handler: Handler, queue: str) -> None:
        """See ``Bus.subscribe``."""
        self.subject, self.handler, self.queue = subject, handler, queue
        self.active = True
        self._inner: Any = None

    async def start(self, client: Client) -> None:
        """Subscribe on ``client``."""
        self._inner = await client.subscribe(self.subject, queue=self.queue, cb=self._handle)

    async def drain(self) -> None:
        """Take no more messages, and return when those that were on their way are handled."""
        self.active = False
        if self._inner is not None:
            with contextlib.suppress(nats.errors.Error):
                await self._inner.drain()

    async def stop(self) -> None:
        """Take no more messages; those already received but not handled are dropped."""
        self.active = False
        if self._inner is not None:
            with contextlib.suppress(nats.errors.Error):
                await self._inner.unsubscribe()

    async def _handle(self, message: Received) -> None:
        try:
            waiting = self.handler(message)
            if waiting is not None:
                await waiting
        except Exception:
            logger.exception("a message on %s could not be handled", message.subject)


class Bus:
    """One connection. Make it with ``connect``; close it with ``close`` (or ``async with``)."""

    def __init__(self, url: str, name: str) -> None:
        """``url`` may name several servers, separated by commas; ``name`` is shown in the server's monitoring."""
        self.name = name
        self.url = url
        self._servers = address.servers(url)
        given_replicas()
        self._client = Client()
        self._subscriptions: list[Subscription] = []
        self._returned: list[Callable[[], Awaitable[None]]] = []
        self._closing = False
        self._reopening: asyncio.Task[None] | None = None
        self._last_error = ""
        self._outbox = Outbox(self._publish, OUTBOX_BYTES)

    @property
    def connected(self) -> bool:
        """Whether the connection stands at this moment."""
        return self._client.is_connected

    @property
    def max_payload(self) -> int:
        """The largest message that can be sent, in bytes."""
        return self._client.max_payload - HEADER_ROOM

    @property
    def client(self) -> Client:
        """The nats-py client of the moment, for this package only; it changes when the connection is made anew."""
        return self._client

    @property
    def replicas(self) -> int:
        """On how many servers a bucket belongs: ``NATS_REPLICAS``, else three when NATS runs as a cluster of so many."""
        return wanted_replicas(self.url, self._client._server_info)

    def on_return(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Call ``callback`` each time the connection is back after it was lost."""
        self._returned.append(callback)

    def send(self, subject: str, data: bytes, reply: str = "", headers: Headers | None = None) -> None:
        """Publish without waiting (the hot path): sent with everything else of this turn of the loop.

        MessageTooLargeError when over the server's limit; BusUnavailableError when too much waits to be sent.
        """
        self._check_size(subject, data)
        self._outbox.put(subject, data, reply, headers)

    async def publish(self, subject: str, data: bytes, reply: str = "", headers: Headers | None = None) -> None:
        """Publish and wait until the connection has taken it; the errors of ``send``, and those of the connection."""
        self._check_size(subject, data)
        await self._publish(subject, data, reply, headers)

    async def request(
        self, subject: str, data: bytes = b"", *, timeout_s: float = 2.0, headers: Headers | None = None
    ) -> Received:
        """Return the first reply; NoResponderError, ReplyTimeoutError or BusUnavailableError when there is none."""
        self._check_size(subject, data)
        try:
            # nats-py's request never returns without a message, and its Msg has the fields of Received.
            return await self._client.request(subject, data, timeout=timeout_s, headers=headers)
        except nats.errors.NoRespondersError as error:
            raise NoResponderError(f"Nobody answers on {subject}.", subject=subject) from error
        except nats.errors.TimeoutError as error:
            raise ReplyTimeoutError(f"No reply on {subject} within {timeout_s:g} s.", subject=subject) from error
        except nats.errors.Error as error:
            raise self._unavailable() from error

    async def subscribe(self, subject: str, handler: Handler, queue: str = "") -> Subscription:
        """Call ``handler`` with each message, in order; of a ``queue`` group one member gets each message.

        A plain function is the quick way; a coroutine function holds up the messages behind it until it is done.
        What a handler raises is logged.
        """
        subscription = Subscription(subject, handler, queue)
        try:
            await subscription.start(self._client)
        except nats.errors.Error as error:
            raise self._unavailable() from error
        self._subscriptions = [known for known in self._subscriptions if known.active] + [subscription]
        return subscription

    async def flush(self) -> None:
        """Wait until the server has everything sent so far; BusUnavailableError when it does not answer in 5 s."""
        await self._outbox.flushed()
        try:
            await self._client.flush(timeout=5)
        except nats.errors.Error as error:
            raise self._unavailable() from error

    async def open(self) -> None:
        """Connect, trying for ever; ``connect`` sets the limit."""
        self._client = client = Client()
        await client.connect(
            self._servers,
            name=self.name,
            ping_interval=PING_S,
            max_outstanding_pings=2,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            connect_timeout=3,
            pending_size=PENDING_BYTES,
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnect,
            reconnected_cb=self._on_reconnect,
            closed_cb=self._on_close,
            reconnect_to_server_handler=_next_server,
        )

    async def close(self) -> None:
        """Send what waits, then leave."""
        self._closing = True
        if self.connected:
            with contextlib.suppress(BusUnavailableError, asyncio.TimeoutError):
                await asyncio.wait_for(self.flush(), 5)
        await end(self._reopening)
        await self._outbox.close()
        with contextlib.suppress(nats.errors.Error, OSError):
            await self._client.close()

    async def __aenter__(self) -> "Bus":
        """Return itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.close()

    @property
    def trouble(self) -> str:
        """The last error of the connection, without credentials; empty when there was none."""
        return self._last_error

    async def _publish(self, subject: str, data: bytes, reply: str, headers: Headers | None) -> None:
        try:
            await self._client.publish(subject, data, reply=reply, headers=headers)
        except nats.errors.MaxPayloadError as error:
            raise MessageTooLargeError(subject=subject, size=len(data)) from error
        except nats.errors.Error as error:
            raise self._unavailable() from error

    def _check_size(self, subject: str, data: bytes) -> None:
        if len(data) > self._client.max_payload - HEADER_ROOM:
            raise MessageTooLargeError(subject=subject, size=len(data), limit=self.max_payload)

    def _unavailable(self) -> BusUnavailableError:
        detail = f" ({self._last_error})" if self._last_error else ""
        return BusUnavailableError(f"NATS at {address.public(self.url)} cannot be reached right now{detail}.")

    async def _on_error(self, error: Exception) -> None:
        message = REFUSED if self._is_refusal(error) else str(error) or type(error).__name__
        if message != self._last_error:
            logger.warning("NATS: %s", message)
        self._last_error = message

    def _is_refusal(self, error: Exception) -> bool:
        """Return whether the server turned our login down: it hangs up, and a reset may overtake what it says."""
        client = self._client
        asks: bool = client._server_info.get("auth_required", False)
        return asks and (client.is_connecting or client.is_closed) and isinstance(error, HANGS_UP)

    async def _on_disconnect(self) -> None:
        if not self._closing:
            logger.warning("NATS: connection lost, trying again")

    async def _on_reconnect(self) -> None:
        logger.info("NATS: connected again")
        self._last_error = ""
        for callback in self._returned:
            try:
                await callback()
            except Exception:
                logger.exception("NATS: what should follow a reconnect failed")

    async def _on_close(self) -> None:
        if not self._closing and self._reopening is None:
            self._reopening = asyncio.get_running_loop().create_task(self._reopen())

    async def _reopen(self) -> None:
        """Start over with a new client: the server refused the old one for good (say, it did not know the user yet)."""
        while True:
            await asyncio.sleep(random.uniform(0.5, 2))  # noqa: S311 - jitter, not a secret
            try:
                await self.open()
                for subscription in [known for known in self._subscriptions if known.active]:
                    await subscription.start(self._client)
                break
            except (nats.errors.Error, OSError) as error:
                await self._on_error(error)
        self._reopening = None
        await self._on_reconnect()


async def connect(url: str, name: str, *, wait_s: float | None = 10.0) -> Bus:
    """Return a connected ``Bus``; BusUnavailableError with the reason when that takes longer than ``wait_s`` seconds.

    ``None`` waits for ever. From then on the connection is kept: pings every 5 s, reconnects without limit.
    """
    bus = Bus(url, name)
    try:
        await asyncio.wait_for(bus.open(), wait_s)
    except (TimeoutError, nats.errors.Error, OSError) as error:
        await bus.close()
        raise bus._unavailable() from error
    except BaseException:
        await bus.close()
        raise
    return bus


def _next_server(known: list[Server], _info: dict[str, Any]) -> tuple[Server, float]:
    """Pick the server tried least, after a pause that grows to 2 s and is never the same for two clients."""
    server = min(known, key=lambda one: one.reconnects)
    return server, min(2.0, 0.1 * 2 ** min(server.reconnects, 5)) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
