"""A key-value bucket on JetStream that is created when it is missing, also after a server came back empty."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import nats.errors
import nats.js.errors
from nats.js.api import KeyValueConfig, StorageType
from nats.js.kv import KeyValue

from agentcluster.messaging.bus import Bus
from agentcluster.messaging.errors import BusUnavailableError, MessageTooLargeError

R = TypeVar("R")

TIMEOUT_S: Final = 3.0
OTHER_CONFIGURATION: Final = 10058
GONE: Final = (nats.errors.NoRespondersError, nats.js.errors.NoStreamResponseError)


class Bucket:
    """Keys may hold letters, digits and ``- / _ = .``; values are bytes, the newest of each key is kept.

    Every method raises BusUnavailableError when NATS or its JetStream does not answer within 3 s.
    """

    def __init__(self, bus: Bus, name: str, *, ttl_s: float | None = None, memory: bool = False) -> None:
        """Entries vanish ``ttl_s`` seconds after they were written; ``memory``: not worth keeping over a restart."""
        self.bus = bus
        self.name = name
        storage = StorageType.MEMORY if memory else StorageType.FILE
        self._config = KeyValueConfig(bucket=name, ttl=ttl_s, storage=storage, direct=True)
        self._opened: tuple[object, KeyValue] | None = None

    async def ensure(self) -> None:
        """Create the bucket when it is missing."""
        self._opened = None
        await self.use(_status)

    async def put(self, key: str, value: bytes) -> int:
        """Write ``value`` and return its revision."""
        if len(value) > self.bus.max_payload:
            raise MessageTooLargeError(subject=f"{self.name}/{key}", size=len(value), limit=self.bus.max_payload)
        return await self.use(lambda opened: opened.put(key, value))

    async def get(self, key: str) -> bytes | None:
        """Return the value, None when there is none."""
        try:
            return (await self.use(lambda opened: opened.get(key))).value
        except nats.js.errors.KeyNotFoundError:
            return None

    async def keys(self) -> list[str]:
        """Return the keys that have a value."""
        try:
            return await self.use(lambda opened: opened.keys())
        except nats.js.errors.NoKeysError:
            return []

    async def delete(self, key: str) -> None:
        """Remove the key; watchers are told."""
        await self.use(lambda opened: opened.delete(key))

    async def use(self, work: Callable[[KeyValue], Awaitable[R]]) -> R:
        """Do ``work`` on the opened bucket, once more when the bucket turns out to be gone (for this package only)."""
        for last in (False, True):
            try:
                return await work(await self._open())
            except nats.js.errors.KeyValueError:
                raise
            except (*GONE, nats.js.errors.NotFoundError) as error:
                self._opened = None
                if last:
                    raise self._unavailable(error) from error
            except (nats.errors.Error, TimeoutError) as error:
                raise self._unavailable(error) from error
        raise AssertionError("unreachable")

    async def _open(self) -> KeyValue:
        client = self.bus.client
        if self._opened is None or self._opened[0] is not client:
            context = client.jetstream(timeout=TIMEOUT_S)
            try:
                opened = await context.create_key_value(self._config)
            except nats.js.errors.BadRequestError as error:
                if error.err_code != OTHER_CONFIGURATION:
                    raise
                opened = await context.key_value(self.name)
            self._opened = (client, opened)
        return self._opened[1]

    def _unavailable(self, error: BaseException) -> BusUnavailableError:
        reason = str(error) or type(error).__name__
        return BusUnavailableError(f"The bucket {self.name} cannot be reached right now ({reason}).")


async def _status(opened: KeyValue) -> Any:
    return await opened.status()
