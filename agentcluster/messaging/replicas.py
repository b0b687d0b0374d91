"""On how many servers of a NATS cluster the buckets stand."""

import os
from typing import Any, Final

from agentcluster.errors import BadInputError
from agentcluster.messaging import address

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
