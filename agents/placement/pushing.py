"""From SQL, the operator's will, to the bucket that nodes watch: at once, and again every few seconds."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, Protocol

import msgspec
from django.db import close_old_connections

from agentcluster.errors import AgentClusterError
from agentcluster.messaging import Bucket, Bus, BusUnavailableError, Watch
from agentcluster.messaging.fence import SharedFence
from agentcluster.messaging.lock import Held, LeaseLostError, Lock
from agentcluster.subjects import LOCKS
from agents.bundles import state
from agents.cluster import snapshot
from agents.cluster.placement import placement_bucket
from agents.domain import placement
from agents.domain.manifest import Manifest, held_mib
from agents.domain.placement import WANTED, Where, wanted_key
from agents.models import AgentVersion
from agents.placement.models import Deployment

logger = logging.getLogger(__name__)

RECONCILE_S: Final = 3.0
RETRY_S: Final = 1.0
LOCK: Final = "placement.reconcile"
FENCE: Final = f"fence.{LOCK}"
"""Where the highest fencing number stands that has written."""

Wanted = dict[str, placement.Deployment]
"""Deployments by their key in the bucket."""
MayWrite = Callable[[], Awaitable[None]]
"""Passes for the holder of the lock; LeaseLostError or StaleFenceError for one that slept through its lease."""


class Scaler(Protocol):
    """Changes the numbers in SQL that policies ask to be changed (``agents.placement.scaling``)."""

    def forget(self) -> None:
        """Begin anew: another process did it meanwhile."""

    async def step(self) -> None:
        """Look once, and do what is due."""


def load(keys: Iterable[int] | None = None) -> Wanted:
    """Return the deployments of these rows (default: all) as nodes get them. Bundles that may not be used are withdrawn."""
    rows = Deployment.objects.select_related("changed_by")
    rows = rows if keys is None else rows.filter(pk__in=keys)
    found = [*rows]
    manifests = dict(
        AgentVersion.objects.filter(identity__in=[row.identity for row in found]).values_list("identity", "manifest")
    )
    return {wanted_key(row.agent, row.identity): _wanted(row, manifests.get(row.identity)) for row in found}


def _wanted(row: Deployment, known: object) -> placement.Deployment:
    manifest = msgspec.convert(known, Manifest) if known is not None else None
    allowed = manifest is not None and state.allowed(row.identity)
    grant = state.grant(row.identity)
    return placement.Deployment(
        row.agent,
        row.version,
        row.identity,
        row.replicas if allowed else 0,
        msgspec.convert(row.where, Where),
        row.weight,
        grant.network,
        grant.trusted,
        row.revision,
        row.changed_by_name,
        manifest.runtime if manifest else "bundle",
        held_mib(manifest) if manifest else 0,
        manifest.cpu_bound if manifest else False,
        withdrawn=row.withdrawn or not allowed,
    )


def push(keys: Iterable[int]) -> bool:
    """Give rows to the nodes; False when NATS is away (``run_placement`` does it when it is back)."""
    wanted = load(keys)

    async def work(bus: Bus) -> None:
        bucket = placement_bucket(bus)
        for key, deployment in wanted.items():
            await bucket.put(key, msgspec.json.encode(deployment))

    try:
        snapshot.call(work)
    except AgentClusterError as error:
        logger.warning("%d deployments wait for NATS: %s", len(wanted), error.message)
        return False
    return True


async def run_placement(bus: Bus, scaler: Scaler | None = None) -> None:
    """Keep SQL in step with the policies on scaling, and the bucket with SQL, until cancelled.

    Of all processes that run this, one at a time works.
    """
    while True:
        try:
            async with Lock(bus, LOCK) as lease:
                if scaler is not None:
                    scaler.forget()
                await _keep_in_step(bus, _pass(bus, lease), scaler)
        except (AgentClusterError, LeaseLostError) as error:
            logger.warning("placement: %s", error.message)
        except Exception:
            logger.exception("placement: keeping NATS in step with the database failed, trying again")
        await asyncio.sleep(RETRY_S)


def _pass(bus: Bus, lease: Held) -> MayWrite:
    fence = SharedFence(Bucket(bus, LOCKS), FENCE)

    async def may_write() -> None:
        await fence.check(lease.number)
        lease.check()

    return may_write


async def _keep_in_step(bus: Bus, may_write: MayWrite, scaler: Scaler | None) -> None:
    bucket = placement_bucket(bus)
    watch = Watch(bucket, WANTED, lambda _key, _value, _deleted: None)
    try:
        while True:
            if scaler is not None:
                await _scale(scaler, may_write)
            if watch.current:
                await _step(bus, watch, may_write)
            await asyncio.sleep(RECONCILE_S)
    finally:
        await watch.stop()


async def _scale(scaler: Scaler, may_write: MayWrite) -> None:
    """Whatever goes wrong there does not keep NATS from being brought in step."""
    try:
        await may_write()
    except BusUnavailableError as error:
        logger.warning("placement: scaling by policy waits: %s", error.message)
        scaler.forget()
        return
    try:
        await scaler.step()
    except Exception:
        logger.exception("placement: scaling by policy failed, trying again")


async def _step(bus: Bus, watch: Watch, may_write: MayWrite) -> None:
    """Write what differs, unless somebody else just did."""
    wanted = await asyncio.to_thread(_load_all)
    bucket = placement_bucket(bus)
    for key in watch.entries.keys() - wanted.keys():
        stray = _stray(watch.entries[key])
        if stray is not None:
            logger.warning("deployment %s is not in the database: its instances end", key)
            wanted[key] = stray
    for key, deployment in wanted.items():
        value = msgspec.json.encode(deployment)
        there = watch.entries.get(key)
        if there == value:
            continue
        try:
            await may_write()
            if there is None:
                await bucket.create(key, value)
            else:
                await bucket.update(key, value, watch.revision(key))
        except BusUnavailableError as error:
            logger.warning("placement: %s", error.message)
            return


def _load_all() -> Wanted:
    close_old_connections()
    try:
        return load()
    finally:
        close_old_connections()


def _stray(value: bytes) -> placement.Deployment | None:
    """Return a deployment nobody knows of as one of no instances; None when it is that already, or cannot be read."""
    try:
        found = msgspec.json.decode(value, type=placement.Deployment)
    except msgspec.MsgspecError:
        return None
    return msgspec.structs.replace(found, replicas=0, revision=found.revision + 1) if found.replicas else None
