"""Putting approved bundles into NATS, where nodes fetch them by identity, and taking others out."""

import asyncio
import io
import logging
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, TypeVar

from django.conf import settings

from agentcluster.errors import AgentClusterError
from agentcluster.messaging import Bus, BusUnavailableError, connect
from agentcluster.messaging.objects import ObjectDamagedError, Objects
from agentcluster.subjects import BUNDLES
from agents.bundles import zips
from agents.bundles.models import Bundle, Status
from agents.domain.bundle import BundleUnusableError, inspect
from agents.domain.bundle.limits import ZIP_MAX_BYTES

R = TypeVar("R")
logger = logging.getLogger(__name__)

CONNECT_S: Final = 3.0


def objects(bus: Bus) -> Objects:
    """Return the object store of approved bundles; an object's name is the 64 hex digits of the identity."""
    return Objects(bus, BUNDLES)


async def fetch(bus: Bus, identity: str) -> bytes:
    """Return the zip of a bundle, as a node needs it: ``agents.domain.bundle.unpack`` checks it against the identity.

    Raises ``BundleUnusableError`` when it is not there (withdrawn, or never approved) or damaged, ``BusUnavailableError``.
    """
    digest = identity.rpartition(":")[2]
    try:
        data = await objects(bus).get(digest, ZIP_MAX_BYTES)
    except ObjectDamagedError as error:
        raise BundleUnusableError(f"The bundle {identity} in NATS is damaged.", identity=identity) from error
    if data is None:
        raise BundleUnusableError(f"There is no approved bundle {identity} to fetch.", identity=identity)
    return data


def settle(digest: str) -> bool:
    """Bring NATS in step with what is decided on one bundle; False when NATS is away (``reconcile`` does it later)."""
    try:
        with _connected() as store:
            _settle(store, digest)
    except BusUnavailableError as error:
        logger.warning("the bundle %s waits for NATS: %s", digest[:12], error.message)
        return False
    except AgentClusterError as error:
        logger.error("the bundle %s cannot be given to nodes: %s", digest[:12], error.message)
        return False
    return True


def reconcile() -> tuple[int, int]:
    """Put every approved bundle that NATS lacks there, and take out all others; return how many of each.

    NATS may have come back empty, or been away when something was decided. Raises ``BusUnavailableError``.
    """
    put = 0
    with _connected() as store:
        there = store.call(store.objects.sizes())
        approved = dict(Bundle.objects.filter(status=Status.APPROVED).values_list("digest", "size"))
        missing = [digest for digest, size in approved.items() if there.get(digest) != size]
        for digest in missing:
            try:
                put += _settle(store, digest)
            except BusUnavailableError:
                raise
            except AgentClusterError as error:
                Bundle.objects.filter(digest=digest).update(on_bus=False)
                logger.error("the bundle %s cannot be given to nodes: %s", digest[:12], error.message)
        taken = [digest for digest in there if digest not in approved]
        for digest in taken:
            _settle(store, digest)
    Bundle.objects.filter(digest__in=approved.keys() - {*missing}, on_bus=False).update(on_bus=True)
    return put, len(taken)


class _Store(NamedTuple):
    """The object store, and how synchronous code speaks with it."""

    objects: Objects
    runner: asyncio.Runner

    def call(self, work: Coroutine[Any, Any, R]) -> R:
        return self.runner.run(work)


@contextmanager
def _connected() -> Iterator[_Store]:
    """Connect for a few calls. The database is asked between them, in this thread and its transaction."""
    with asyncio.Runner() as runner:
        bus = runner.run(connect(settings.NATS_URL, "bundles", wait_s=CONNECT_S))
        try:
            yield _Store(objects(bus), runner)
        finally:
            runner.run(bus.close())


def _settle(store: _Store, digest: str) -> bool:
    """Put the bundle there when it is approved, else take it out; return whether it is there now."""
    bundle = Bundle.objects.filter(digest=digest, status=Status.APPROVED).first()
    if bundle is not None:
        data = zips.read(bundle.zip_digest)
        if inspect(io.BytesIO(data)).identity != bundle.identity:
            raise BundleUnusableError(f"The stored zip of {bundle} is not what was approved.")
        store.call(store.objects.put(digest, data))
        if Bundle.objects.filter(digest=digest, status=Status.APPROVED).update(on_bus=True):
            return True
    # Never approved, or withdrawn while it was being put there.
    store.call(store.objects.delete(digest))
    Bundle.objects.filter(digest=digest).exclude(status=Status.APPROVED).update(on_bus=False)
    return False
