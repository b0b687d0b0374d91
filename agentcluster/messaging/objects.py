"""An object store on JetStream: whole files by name, in chunks, checked by size and SHA-256 when they are read."""

import asyncio
import base64
import hashlib
import io
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import nats.errors
import nats.js.errors
from nats.js import JetStreamContext
from nats.js.api import ObjectInfo, ObjectMeta, ObjectMetaOptions, ObjectStoreConfig
from nats.js.object_store import ObjectStore

from agentcluster.errors import AgentClusterError
from agentcluster.messaging.bucket import GONE
from agentcluster.messaging.bus import Bus
from agentcluster.messaging.errors import BusUnavailableError
from agentcluster.messaging.opened import Opened

R = TypeVar("R")
TIMEOUT_S: Final = 5.0
"""For one question to the server."""
BYTES_PER_S: Final = 1024 * 1024
"""The least speed a transfer is waited for at."""
CHUNK: Final = 128 * 1024


class ObjectDamagedError(AgentClusterError):
    """The object in NATS is not what was put there."""

    code = "object_damaged"
    status = 502


class Objects:
    """Names may hold letters, digits, ``-`` and ``_``; the newest object of a name is kept.

    Every method raises BusUnavailableError when NATS or its JetStream does not answer in time: within 5 s, or for a
    transfer within 5 s and what its bytes take at 1 MB a second. The store is created when it is missing, also after a
    server came back empty; in a NATS cluster it stands on as many servers as buckets do.
    """

    def __init__(self, bus: Bus, name: str) -> None:
        """``name`` is the store's, of letters, digits, ``-`` and ``_``."""
        self.bus, self.name = bus, name
        self._opened = Opened(bus, f"OBJ_{name}", TIMEOUT_S, self._create, lambda context: context.object_store(name))

    async def put(self, key: str, data: bytes) -> None:
        """Store ``data``; what had that name is replaced once all of it has arrived."""
        options = ObjectMetaOptions(max_chunk_size=min(CHUNK, self.bus.max_payload))

        async def work(opened: ObjectStore) -> ObjectInfo:
            return await opened.put(key, data, ObjectMeta(name=key, options=options))

        await self._use(work, len(data))

    async def get(self, key: str, max_bytes: int) -> bytes | None:
        """Return the object, None when there is none; ObjectDamagedError when it is not what was put, or too large."""
        info = await self._info(key)
        if info is None:
            return None
        size = info.size or 0
        if size > max_bytes:
            raise ObjectDamagedError(f"The object {key} has {size:,} bytes; at most {max_bytes:,} are taken.")
        data = await self._use(lambda opened: _read(opened, key), size)
        if data is None or len(data) != size or _digest(data) != (info.digest or "").partition("=")[2]:
            raise ObjectDamagedError(f"The object {key} in NATS is not what was put there.", object=key)
        return data

    async def delete(self, key: str) -> bool:
        """Remove the object; say whether there was one."""
        if await self._info(key) is None:
            return False
        await self._use(lambda opened: opened.delete(key))
        return True

    async def sizes(self) -> dict[str, int]:
        """Return the size in bytes of every object, by name."""
        return {info.name: info.size or 0 for info in await self._use(_list)}

    async def _info(self, key: str) -> ObjectInfo | None:
        try:
            return await self._use(lambda opened: opened.get_info(key))
        except nats.js.errors.ObjectNotFoundError:
            return None

    async def _use(self, work: Callable[[ObjectStore], Awaitable[R]], size: int = 0) -> R:
        for last in (False, True):
            try:
                async with asyncio.timeout(TIMEOUT_S + size / BYTES_PER_S):
                    return await work(await self._opened.get())
            except nats.js.errors.ObjectNotFoundError:
                raise
            except (*GONE, nats.js.errors.NotFoundError) as error:
                self._opened.forget()
                if last:
                    raise self._unavailable(error) from error
            except (nats.errors.Error, TimeoutError) as error:
                self._opened.forget()
                raise self._unavailable(error) from error
        raise AssertionError("unreachable")

    async def _create(self, context: JetStreamContext, replicas: int) -> ObjectStore:
        return await context.create_object_store(self.name, ObjectStoreConfig(replicas=replicas))

    def _unavailable(self, error: BaseException) -> BusUnavailableError:
        reason = str(error) or type(error).__name__
        return BusUnavailableError(f"The object store {self.name} cannot be reached right now ({reason}).")


async def _list(opened: ObjectStore) -> list[ObjectInfo]:
    try:
        return await opened.list(ignore_deletes=True)
    except nats.js.errors.NotFoundError as error:
        if error.code is not None:
            raise
        return []  # the library's own way to say that there is none


async def _read(opened: ObjectStore, key: str) -> bytes | None:
    gathered = io.BytesIO()
    try:
        await opened.get(key, writeinto=gathered)
    except (nats.js.errors.DigestMismatchError, nats.js.errors.BadObjectMetaError):
        return None
    return gathered.getvalue()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode()
