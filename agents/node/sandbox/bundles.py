"""The bundles on a node: fetched by identity, checked, unpacked once, kept while there is room."""

import asyncio
import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final, Protocol

from agentcluster.messaging.objects import Objects
from agents.domain.bundle import BundleUnusableError, unpack
from agents.domain.bundle.limits import ZIP_MAX_BYTES
from agents.node.sandbox.errors import BundleDamagedError, BundleMissingError

_MIB: Final = 1024 * 1024
_INCOMING: Final = "incoming-"


class BundleSource(Protocol):
    """Where a node gets bundles from."""

    async def fetch(self, identity: str) -> bytes | None:
        """Return the zip of this identity, None when there is none; UnavailableError when the source is away."""


class ObjectSource:
    """Bundles in the object store of NATS, by the 64 hex digits of their identity."""

    def __init__(self, objects: Objects) -> None:
        """Read from ``objects``."""
        self._objects = objects

    async def fetch(self, identity: str) -> bytes | None:
        """See ``BundleSource``."""
        return await self._objects.get(hex_of(identity), ZIP_MAX_BYTES)


class BundleCache:
    """Unpacked bundles in a folder of the node's own; those least recently held go first when it grows too large."""

    def __init__(self, folder: Path, max_mib: int) -> None:
        """Use ``folder``; what an earlier node left there is taken over."""
        self._folder, self._max_bytes = folder, max_mib * _MIB
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"{_INCOMING}*"):
            shutil.rmtree(left, ignore_errors=True)
        self._held: dict[str, int] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def hold(self, identity: str, source: BundleSource) -> Path:
        """Return the folder of a bundle, which stays there until it is released.

        Raises BundleMissingError (retryable) when it cannot be had and BundleDamagedError when it is not what its
        identity says.
        """
        name = hex_of(identity)
        self._held[name] = self._held.get(name, 0) + 1
        try:
            async with self._locks.setdefault(name, asyncio.Lock()):
                place = self._folder / name
                if not place.is_dir():
                    data = await source.fetch(identity)
                    if data is None:
                        raise BundleMissingError(f"The files of {identity} are not in the object store.")
                    await asyncio.to_thread(self._unpack, data, place, identity)
                os.utime(place)
        except BaseException:
            self.release(identity)
            raise
        await asyncio.to_thread(self._make_room)
        return place

    def release(self, identity: str) -> None:
        """Give a bundle back that was held."""
        name = hex_of(identity)
        left = self._held.get(name, 0) - 1
        if left > 0:
            self._held[name] = left
        else:
            self._held.pop(name, None)

    def forget(self, identity: str) -> None:
        """Remove a bundle that turned out to be damaged, unless it is held."""
        if hex_of(identity) not in self._held:
            shutil.rmtree(self._folder / hex_of(identity), ignore_errors=True)

    def _unpack(self, data: bytes, place: Path, identity: str) -> None:
        """Unpack beside its place and move it there in one step: a node that dies here leaves no half of a bundle."""
        incoming = Path(tempfile.mkdtemp(prefix=_INCOMING, dir=self._folder))
        try:
            unpack(io.BytesIO(data), incoming / "bundle", identity)
            os.rename(incoming / "bundle", place)
        except BundleUnusableError as error:
            raise BundleDamagedError(error.message, **error.data) from error
        finally:
            shutil.rmtree(incoming, ignore_errors=True)

    def _make_room(self) -> None:
        places = sorted(
            (place for place in self._folder.iterdir() if place.is_dir()), key=lambda one: one.stat().st_mtime
        )
        sizes = {place: _size(place) for place in places}
        total = sum(sizes.values())
        for place in places:
            if total <= self._max_bytes:
                return
            if place.name not in self._held and not place.name.startswith(_INCOMING):
                shutil.rmtree(place, ignore_errors=True)
                total -= sizes[place]


def hex_of(identity: str) -> str:
    """Return the 64 hex digits of ``agent://sha256:<64 hex>``; BundleDamagedError when it has none."""
    digits = identity.removeprefix("agent://sha256:")
    if len(digits) != 64 or not set(digits) <= set("0123456789abcdef"):
        raise BundleDamagedError(f"“{identity[:100]}” is no identity of a bundle.")
    return digits


def _size(place: Path) -> int:
    return sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
