"""On how many servers of a NATS cluster the buckets and streams stand.

What is spread is kept in files: a replica in memory that was restarted has no vote until it has caught up, so that two
servers restarted soon after each other would leave the third one without a leader for good. What a single server need
not keep over a restart stands in its memory, where a full disk does no harm.
"""

import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from nats.js import JetStreamContext
from nats.js.api import StorageType
from nats.js.errors import APIError

from agentcluster.errors import BadInputError
from agentcluster.messaging import address

R = TypeVar("R")
logger = logging.getLogger(__name__)

OTHER_CONFIGURATION: Final = 10058
TOO_FEW_SERVERS: Final = (10005, 10074)
CLUSTER: Final = 3
"""From so many servers on, a bucket stands on three of them: it then outlives any one."""


class BadReplicasError(BadInputError):
    """NATS_REPLICAS must be 1, 3 or 5: on how many servers of the NATS cluster each bucket is kept."""

    code = "bad_nats_replicas"


def given_replicas() -> int | None:
    """Return ``NATS_REPLICAS``, None when it is not set; BadReplicasError when it makes no sense."""
    given = os.environ.get("NATS_REPLICAS", "").strip()
    if not given:
        return None
    if given not in ("1", "3", "5"):
        raise BadReplicasError(f"NATS_REPLICAS is “{given}”. {BadReplicasError.__doc__}")
    return int(given)


def wanted_replicas(url: str, server_info: dict[str, Any]) -> int:
    """Return ``NATS_REPLICAS``, or what fits the cluster that ``server_info`` (a server's INFO) and ``url`` tell of."""
    given = given_replicas()
    if given is not None:
        return given
    if not server_info.get("cluster"):
        return 1
    known = len(set(server_info.get("connect_urls") or ()))
    return CLUSTER if max(known, len(address.servers(url))) >= CLUSTER else 1


def storage_of(replicas: int, *, volatile: bool) -> StorageType:
    """Return where something with so many replicas is kept; ``volatile``: it need not outlive a restart."""
    return StorageType.MEMORY if volatile and replicas == 1 else StorageType.FILE


async def spread(
    context: JetStreamContext,
    stream: str,
    replicas: int,
    create: Callable[[int], Awaitable[R]],
    reopen: Callable[[], Awaitable[R]],
) -> tuple[R, bool]:
    """Return what ``create`` makes with ``replicas``, and whether it stands on so many servers.

    Where the cluster has too few just now, it is made on one. What exists with another configuration is reopened as it
    is; when it stands on fewer, it is spread over the cluster now.
    """
    try:
        return await create(replicas), True
    except APIError as error:
        if error.err_code == OTHER_CONFIGURATION:
            whole = await _widen(context, stream, replicas)
            return await reopen(), whole
        if error.err_code not in TOO_FEW_SERVERS or replicas == 1:
            raise
        logger.warning("%s stands on one NATS server until there are %d: %s", stream, replicas, error.description)
        return await create(1), False


async def _widen(context: JetStreamContext, stream: str, replicas: int) -> bool:
    config = (await context.stream_info(stream)).config
    if (config.num_replicas or 1) >= replicas:
        return True
    try:
        await context.update_stream(config, num_replicas=replicas)
    except APIError as error:
        logger.warning("%s cannot be spread over the cluster: %s", stream, error.description)
        return False
    logger.info("%s is kept on %d NATS servers from now on", stream, replicas)
    return True
