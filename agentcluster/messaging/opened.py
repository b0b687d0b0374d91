"""What a process holds of a bucket or store: opened again when it must be, and spread as soon as that can be done."""

from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from nats.js import JetStreamContext

from agentcluster.clock import monotonic
from agentcluster.messaging.bus import Bus
from agentcluster.messaging.replicas import spread

H = TypeVar("H")

SPREAD_AGAIN_S: Final = 30.0
"""What stands on fewer servers than it should (others were away when it was made) is spread again after so long."""


class Opened(Generic[H]):
    """The handle on a stream: one for each connection."""

    def __init__(
        self,
        bus: Bus,
        stream: str,
        timeout_s: float,
        create: Callable[[JetStreamContext, int], Awaitable[H]],
        reopen: Callable[[JetStreamContext], Awaitable[H]],
    ) -> None:
        """``create`` makes it on so many servers, ``reopen`` takes it as it is; ``timeout_s`` is for each question."""
        self._bus, self._stream, self._timeout_s = bus, stream, timeout_s
        self._create, self._reopen = create, reopen
        self._held: tuple[object, H] | None = None
        self._again_s: float | None = None

    async def get(self) -> H:
        """Return the handle; raises what JetStream answers when it cannot be had."""
        client = self._bus.client
        held = self._held
        if held is not None and held[0] is client and (self._again_s is None or monotonic() < self._again_s):
            return held[1]
        context = client.jetstream(timeout=self._timeout_s)
        handle, whole = await spread(
            context,
            self._stream,
            self._bus.replicas,
            lambda replicas: self._create(context, replicas),
            lambda: self._reopen(context),
        )
        self._again_s = None if whole else monotonic() + SPREAD_AGAIN_S
        self._held = (client, handle)
        return handle

    def forget(self) -> None:
        """Open it anew the next time."""
        self._held = None
