"""From the manifests nodes announce to the registry in SQL; runs inside an engine worker."""

import asyncio
import logging
from typing import Final

import msgspec
from django.db import DatabaseError, close_old_connections

from agentcluster.errors import AgentClusterError
from agentcluster.messaging import Bus, Watch
from agents.cluster.heartbeat import manifest_bucket
from agents.domain.manifest import Manifest, identity
from agents.registry.register import register

logger = logging.getLogger(__name__)

RETRY_S: Final = 2.0
RETRY_MAX_S: Final = 60.0

_decoder: Final = msgspec.json.Decoder(Manifest)


async def run_registrar(bus: Bus) -> None:
    """Register every manifest in the bucket, now and as they come, until cancelled.

    A manifest that is no good is logged and skipped; while the database is away, it is tried again.
    """
    waiting: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    def note(key: str, value: bytes | None, _deleted: bool) -> None:
        if value is not None:
            waiting.put_nowait((key, value))

    watch = Watch(manifest_bucket(bus), "", note)
    try:
        while True:
            await _take(*await waiting.get())
    finally:
        await watch.stop()


async def _take(key: str, value: bytes) -> None:
    pause_s = RETRY_S
    while True:
        try:
            await asyncio.to_thread(_register, key, value)
        except DatabaseError as error:
            logger.warning("manifest %s: the database is not available, next try in %g s: %s", key[:12], pause_s, error)
            await asyncio.sleep(pause_s)
            pause_s = min(RETRY_MAX_S, pause_s * 2)
            continue
        except (AgentClusterError, msgspec.MsgspecError, ValueError) as error:
            logger.warning("manifest %s is skipped: %s", key[:12], error)
        except Exception:
            logger.exception("manifest %s is skipped", key[:12])
        return


def _register(key: str, value: bytes) -> None:
    close_old_connections()
    try:
        manifest = _decoder.decode(value)
        if manifest.runtime == "bundle":
            # Registered when somebody approves it, not because a node says so; its identity covers its files, too.
            return
        if identity(manifest).rpartition(":")[2] != key:
            raise ValueError("it is not what its key, the hash of the content, says")
        register(manifest)
    finally:
        close_old_connections()
