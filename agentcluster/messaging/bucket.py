"""A key-value bucket on JetStream that is created when it is missing, also after a server came back empty."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple, TypeVar

import nats.errors
import nats.js.errors
from nats.js import JetStreamContext
from nats.js.api import KeyValueConfig
from nats.js.kv import KeyValue

from agentcluster.messaging.bus import Bus
from agentcluster.messaging.errors import BusUnavailableError, MessageTooLargeError
from agentcluster.messaging.opened import Opened
from agentcluster.messaging.replicas import storage_of

R = TypeVar("R")

TIMEOUT_S: Final = 3.0
WRONG_REVISION: Final = (10071, 10164)
GONE: Final = (nats.errors.NoRespondersError, nats.js.errors.NoStreamResponseError)


class Entry(NamedTuple):
    """What stands under a key; the revision is new with every write, and only ever rises while the bucket stands."""

    value: bytes
    revision: int


class Bucket:
    """Keys may hold letters, digits and ``- / _ = .``; values are bytes, the newest of each key is kept.

    Every method raises BusUnavailableError when NATS or its JetStream does not answer within 3 s.
    """

    def __init__(self, bus: Bus, name: str, *, ttl_s: float | None = None, volatile: bool = False) -> None:
        """Entries vanish ``ttl_s`` seconds after they were written; ``volatile``: not worth keeping over a restart."""
        self.bus = bus
        self.name = name
        self._ttl_s, self._volatile = ttl_s, volatile
        self._opened = Opened(bus, f"KV_{name}", TIMEOUT_S, self._create, lambda context: context.key_value(name))

    async def ensure(self) -> None:
        """Create the bucket when it is missing."""
        self._opened.forget()
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

    async def entry(self, key: str) -> Entry | None:
        """Return the value with its revision, None when there is none."""
        try:
            found = await self.use(lambda opened: opened.get(key))
        except nats.js.errors.KeyNotFoundError:
            return None
        return Entry(found.value or b"", found.revision or 0)

    async def create(self, key: str, value: bytes) -> int | None:
        """Write ``value`` where there is none and return its revision; None when somebody was there first."""
        try:
            return await self.use(lambda opened: opened.create(key, value))
        except (nats.js.errors.KeyWrongLastSequenceError, nats.js.errors.KeyNotFoundError):
            return None

    async def update(self, key: str, value: bytes, revision: int) -> int | None:
        """Write ``value`` over the one of ``revision`` and return the new one; None when that one stands no longer."""
        try:
            return await self.use(lambda opened: opened.update(key, value, revision))
        except nats.js.errors.KeyWrongLastSequenceError:
            return None

    async def remove(self, key: str, revision: int) -> bool:
        """Remove the key when it still is at ``revision``; say whether it was."""
        try:
            return await self.use(lambda opened: opened.delete(key, revision))
        except nats.js.errors.BadRequestError as error:
            if error.err_code in WRONG_REVISION:
                return False
            raise self._unavailable(error) from error

    async def created_s(self) -> int:
        """Return when the bucket was made (s since 1970, the server's clock): revisions count from 1 again after that."""
        info: Any = (await self.use(_status)).stream_info
        return int(info.created.timestamp())

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
                return await work(await self._opened.get())
            except nats.js.errors.KeyValueError:
                raise
            except nats.js.errors.BadRequestError as error:
                if error.err_code in WRONG_REVISION:
                    raise
                raise self._unavailable(error) from error
            except (*GONE, nats.js.errors.NotFoundError) as error:
                self._opened.forget()
                if last:
                    raise self._unavailable(error) from error
            except (nats.errors.Error, TimeoutError) as error:
                raise self._unavailable(error) from error
        raise AssertionError("unreachable")

    async def _create(self, context: JetStreamContext, replicas: int) -> KeyValue:
        storage = storage_of(self.bus.replicas, volatile=self._volatile)
        return await context.create_key_value(
            KeyValueConfig(bucket=self.name, ttl=self._ttl_s, storage=storage, replicas=replicas, direct=True)
        )

    def _unavailable(self, error: BaseException) -> BusUnavailableError:
        reason = str(error) or type(error).__name__
        return BusUnavailableError(f"The bucket {self.name} cannot be reached right now ({reason}).")


async def _status(opened: KeyValue) -> Any:
    return await opened.status()
