"""How many instances are wanted of an agent version, and who hosts them: no scheduler, only slots (features A1, A3).

Both stand in the key-value bucket ``placement``: ``wanted/<agent>/<16 hex of the identity>`` holds a ``Deployment``,
``slots/<agent>/<16 hex>/<number>`` a ``Slot``. A node that qualifies claims a free slot by compare-and-set on the key's
revision; that revision is the fencing number of the instance. A slot is free when it was never claimed, was given up,
or is held by a node that has FAILED or left, as the claimer itself judges it. A node that finds another's name in a
slot of its own ends that instance.
"""

from typing import Final

import msgspec

WANTED: Final = "wanted/"
SLOTS: Final = "slots/"
REPLICAS_MAX: Final = 256


class Where(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which nodes qualify; what is empty does not matter. ``nodes`` are names, ``not_nodes`` names to keep away from."""

    region: str = ""
    role: str = ""
    nodes: tuple[str, ...] = ()
    not_nodes: tuple[str, ...] = ()


class Deployment(msgspec.Struct, frozen=True, omit_defaults=True):
    """Have ``replicas`` instances of this agent version. ``weight``: its share of calls that name no version, 0-100."""

    agent: str
    version: str
    identity: str
    replicas: int
    where: Where = Where()
    weight: int = 100
    network: bool = False
    """Whether the instances may use the network: the manifest asked for it, and whoever approved the bundle granted it."""
    trusted: bool = False
    """Signed by a trusted key: may run on nodes without a sandbox, too."""
    revision: int = 0
    """Raised with every change; a node never goes back to an older one."""
    by: str = ""


class Slot(msgspec.Struct, frozen=True):
    """Who has a slot: the node's id (new with every start of the node) and the instance in it."""

    node: str
    instance: str
    since_ms: int
    trouble: str = ""
    """Why the instance could not be started; the node tries again with growing pauses, or gives the slot up."""


def short(identity: str) -> str:
    """Return the part of an identity that stands in keys and instance ids: 16 hex digits."""
    return identity.rpartition(":")[2][:16]


def wanted_key(agent: str, identity: str) -> str:
    """Return where the deployment of an agent version stands."""
    return f"{WANTED}{agent}/{short(identity)}"


def slot_key(agent: str, identity: str, number: int) -> str:
    """Return where the holder of a slot stands; ``number`` from 0."""
    return f"{SLOTS}{agent}/{short(identity)}/{number}"
