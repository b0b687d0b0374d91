"""How many instances are wanted of an agent version, and who hosts them: no scheduler, only slots (features A1, A3).

Both stand in the key-value bucket ``placement``: ``wanted/<agent>/<16 hex of the identity>`` holds a ``Deployment``,
``slots/<agent>/<16 hex>/<number>`` a ``Slot``. A node that qualifies claims a free slot by compare-and-set on the key's
revision; that revision is the fencing number of the instance. A slot is free when it was never claimed, was given up,
or is held by a node that has FAILED or left, as the claimer itself judges it. A node that finds another's name in a
slot of its own ends that instance. What is missing in the bucket says nothing: a NATS that came back empty is filled again
from SQL (deployments) and by the holders (slots). Who decides what stands in ``agents.domain.slot_choice``.
"""

from typing import Final, Literal, NamedTuple

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
    """Signed by a trusted key: may run on nodes without a sandbox, too, where these allow it."""
    revision: int = 0
    """Raised with every change; a node never goes back to an older one."""
    by: str = ""
    runtime: str = "bundle"
    memory_mib: int = 1024
    """What an instance may hold (``agents.domain.manifest.held_mib``): it counts against the memory of its node."""
    cpu_bound: bool = False
    """A built-in agent that runs in worker processes: only where a node has such for it."""
    withdrawn: bool = False
    """Ended at once, without waiting for a version that takes its place: its bundle was quarantined."""


SlotState = Literal["starting", "running", "leaving"]


class Slot(msgspec.Struct, frozen=True):
    """Who has a slot: the node's id (new with every start of the node) and the instance in it.

    ``leaving``: it still works, and any node that qualifies (``to``: only that one) may claim the slot at once; the
    holder ends its instance when the new one is running.
    """

    node: str
    instance: str
    since_ms: int
    trouble: str = ""
    """Why the instance could not be started; the node tries again with growing pauses, or gives the slot up."""
    state: SlotState = "running"
    to: str = ""


def short(identity: str) -> str:
    """Return the part of an identity that stands in keys and instance ids: 16 hex digits."""
    return identity.rpartition(":")[2][:16]


Version = tuple[str, str]
"""An agent version as keys name it: the agent's name and ``short`` of the identity."""


class SlotId(NamedTuple):
    """A slot's place: the agent version and the number from 0."""

    version: Version
    number: int


def wanted_key(agent: str, identity: str) -> str:
    """Return where the deployment of an agent version stands."""
    return f"{WANTED}{agent}/{short(identity)}"


def slot_key(agent: str, identity: str, number: int) -> str:
    """Return where the holder of a slot stands; ``number`` from 0."""
    return f"{SLOTS}{agent}/{short(identity)}/{number}"


def version_of(key: str) -> Version | None:
    """Return which agent version a key of ``wanted/`` is about; None when it is no such key."""
    parts = key.split("/")
    return (parts[1], parts[2]) if len(parts) == 3 and key.startswith(WANTED) else None


def slot_of(key: str) -> SlotId | None:
    """Return which slot a key of ``slots/`` is about; None when it is no such key."""
    parts = key.split("/")
    if len(parts) != 4 or not key.startswith(SLOTS) or not (parts[3].isascii() and parts[3].isdigit()):
        return None
    return SlotId((parts[1], parts[2]), int(parts[3]))


class Board:
    """What the bucket ``placement`` says, as its entries come; what cannot be read counts as missing."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.wanted: dict[Version, Deployment] = {}
        self.slots: dict[SlotId, Slot] = {}

    def take(self, key: str, value: bytes | None) -> None:
        """Take over what now stands under ``key`` (None: nothing). An older deployment never replaces a newer one."""
        version, slot = version_of(key), slot_of(key)
        try:
            if version is not None and value is not None:
                self._want(version, _deployment(value))
            elif slot is not None and value is None:
                self.slots.pop(slot, None)
            elif slot is not None and value is not None:
                self.slots[slot] = _slot(value)
        except msgspec.MsgspecError:
            if slot is not None:
                self.slots.pop(slot, None)

    def copy(self) -> "Board":
        """Return the board as it is now; safe in another thread than the one that takes entries."""
        board = Board()
        board.wanted, board.slots = dict(self.wanted), dict(self.slots)
        return board

    def slots_of(self, version: Version) -> dict[int, Slot]:
        """Return the slots of an agent version that somebody has, by number."""
        return {place.number: slot for place, slot in self.slots.items() if place.version == version}

    def _want(self, version: Version, deployment: Deployment) -> None:
        known = self.wanted.get(version)
        if known is None or deployment.revision >= known.revision:
            self.wanted[version] = deployment


_deployment: Final = msgspec.json.Decoder(Deployment).decode
_slot: Final = msgspec.json.Decoder(Slot).decode
