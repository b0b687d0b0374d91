"""Which node takes which slot, and which instances a node gives up: the same answer on every node that sees the same.

Pure functions. All nodes rank the nodes that qualify for each free slot: fewest instances of the version first, then
fewest instances, then the lowest load; ties by a hash of node and slot (rendezvous hashing, Thaler and Ravishankar 1998).
The first claims at once, the others a little later each, in case those before them do not.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from agents.domain.placement import Board, Deployment, Slot, SlotId, Version, Where

LOAD_STEP = 25
"""Loads (0-100) count as equal within steps of this size: they change with every beat."""


class Site(msgspec.Struct, frozen=True):
    """A node as a place for instances. ``memory_mib``: 0 means that nobody knows; ``used_mib``: by the slots it has."""

    node: str
    name: str
    region: str = ""
    role: str = ""
    toolset: tuple[str, ...] = ()
    """The agents it may host; empty: any."""
    load: int = 0
    memory_mib: int = 0
    used_mib: int = 0
    sandbox: bool = False
    sandbox_reason: str = ""
    trusted_without: bool = False
    """Bundles with a trusted signature run there without a sandbox."""
    draining: bool = False
    processes_for: tuple[str, ...] = ()
    """Built-in agents for which it has worker processes."""
    instances: int = 0


class Claim(NamedTuple):
    """A slot somebody may take; ``rank`` 0: this node is the best place for it."""

    place: SlotId
    deployment: Deployment
    rank: int


def fits(deployment: Deployment, site: Site) -> str:
    """Return why an instance cannot run there at all; empty when it can."""
    return (
        _elsewhere(deployment.where, site)
        or (f"may host only {', '.join(site.toolset)}" if site.toolset and deployment.agent not in site.toolset else "")
        or (_no_sandbox(deployment, site) if deployment.runtime == "bundle" and not site.sandbox else "")
        or (
            "has no worker processes for it"
            if deployment.runtime == "builtin" and deployment.cpu_bound and deployment.agent not in site.processes_for
            else ""
        )
    )


def qualifies(deployment: Deployment, site: Site) -> str:
    """Return why a node takes no (further) instance now; empty when it does."""
    if site.draining:
        return "is being drained"
    left = site.memory_mib - site.used_mib
    if site.memory_mib and deployment.memory_mib > left:
        return (
            fits(deployment, site)
            or f"has {max(0, left)} MiB left of {site.memory_mib} MiB, and it needs {deployment.memory_mib} MiB"
        )
    return fits(deployment, site)


def _elsewhere(where: Where, site: Site) -> str:
    if where.region and where.region != site.region:
        return f"is in region {site.region or 'none'}, not {where.region}"
    if where.role and where.role != site.role:
        return f"has the role {site.role or 'none'}, not {where.role}"
    if where.nodes and site.name not in where.nodes:
        return f"is none of {', '.join(where.nodes)}"
    return "is to be kept away from" if site.name in where.not_nodes else ""


def _no_sandbox(deployment: Deployment, site: Site) -> str:
    if site.trusted_without and deployment.trusted:
        return ""
    reason = f" ({site.sandbox_reason.rstrip('.')})" if site.sandbox_reason else ""
    return f"has no sandbox{reason}" + (", and the bundle has no trusted signature" if site.trusted_without else "")


def with_use(board: Board, sites: Iterable[Site]) -> list[Site]:
    """Return the sites with what the slots on the board take of them."""
    used: dict[str, list[int]] = {}
    for place, slot in board.slots.items():
        deployment = board.wanted.get(place.version)
        used.setdefault(slot.node, []).append(deployment.memory_mib if deployment else 0)
    return [
        msgspec.structs.replace(site, used_mib=sum(used.get(site.node, ())), instances=len(used.get(site.node, ())))
        for site in sites
    ]


def claims(board: Board, node: str, sites: Iterable[Site], is_free: Callable[[Slot], bool]) -> list[Claim]:
    """Return the free slots that the node may take, with its rank for each.

    ``is_free`` says of a held slot that its holder has FAILED or left. ``sites``: the nodes that live, this one as well.
    """
    found = []
    at = {site.node: site for site in with_use(board, sites)}
    for version, deployment in sorted(board.wanted.items()):
        held = board.slots_of(version)
        counts = _counts(held.values())
        for number in range(deployment.replicas):
            slot = held.get(number)
            if slot is not None and not is_free(slot) and slot.state != "leaving":
                continue
            place = SlotId(version, number)
            ranked = _ranked(deployment, place, slot, at.values(), counts)
            if node in ranked:
                found.append(Claim(place, deployment, ranked.index(node)))
            if ranked:
                _book(ranked[0], deployment, at, counts)
    return found


def _counts(slots: Iterable[Slot]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for slot in slots:
        counts[slot.node] = counts.get(slot.node, 0) + 1
    return counts


def _ranked(
    deployment: Deployment, place: SlotId, slot: Slot | None, sites: Iterable[Site], counts: Mapping[str, int]
) -> list[str]:
    able = [site for site in sites if not qualifies(deployment, site)]
    if slot is not None and slot.state == "leaving":
        able = [site for site in able if site.node != slot.node and slot.to in ("", site.node)]
    able.sort(
        key=lambda site: (counts.get(site.node, 0), site.instances, site.load // LOAD_STEP, _hash(site.node, place))
    )
    return [site.node for site in able]


def _book(node: str, deployment: Deployment, at: dict[str, Site], counts: dict[str, int]) -> None:
    """Count a slot as taken by the best place, so that the next one goes where it then fits best."""
    site = at[node]
    counts[node] = counts.get(node, 0) + 1
    at[node] = msgspec.structs.replace(
        site, used_mib=site.used_mib + deployment.memory_mib, instances=site.instances + 1
    )


def _hash(node: str, place: SlotId) -> bytes:
    return hashlib.blake2b(f"{node}\0{place}".encode(), digest_size=8).digest()


def is_surplus(board: Board, place: SlotId) -> bool:
    """Return whether the slot is not wanted; a deployment nobody knows of says nothing."""
    deployment = board.wanted.get(place.version)
    return deployment is not None and place.number >= deployment.replicas


class Successors(NamedTuple):
    """The agent's other versions, of which not all instances are up: some start, or nobody has claimed some slots."""

    starting: bool
    unclaimed: bool


def successors(board: Board, version: Version) -> Successors:
    """Return what the versions still lack that take the place of one of which no instances are wanted any more."""
    old = board.wanted.get(version)
    starting = unclaimed = False
    if old is None or old.replicas or old.withdrawn:
        return Successors(starting, unclaimed)
    for other, deployment in board.wanted.items():
        if other[0] == version[0] and other != version:
            held = board.slots_of(other)
            for number in range(deployment.replicas):
                starting |= number in held and held[number].state == "starting"
                unclaimed |= number not in held
    return Successors(starting, unclaimed)


class Standing(NamedTuple):
    """How a deployment stands: ``ready`` instances work; ``status`` is ready, starting, short or none."""

    ready: int
    status: str
    reason: str


def standing(
    board: Board,
    version: Version,
    sites: Iterable[Site],
    is_free: Callable[[Slot], bool],
    troubles: Mapping[str, str] = MappingProxyType({}),
) -> Standing:
    """Return how an agent version stands, with the reason when there are not as many instances as wanted.

    ``troubles``: why instances that were started do not work now, by their ids.
    """
    deployment = board.wanted.get(version)
    held = {number: slot for number, slot in board.slots_of(version).items() if not is_free(slot)}
    if deployment is None:
        return Standing(0, "none", "")
    inside = [held[number] for number in range(deployment.replicas) if number in held]
    ready = sum(slot.state != "starting" and slot.instance not in troubles for slot in inside)
    if not deployment.replicas:
        return Standing(0, "none", _why_still_there(board, version) if held else "")
    if ready >= deployment.replicas:
        return Standing(ready, "ready", "")
    unstarted = sorted({slot.trouble for slot in inside if slot.trouble})
    if unstarted:
        return Standing(ready, "short", f"An instance does not start: {unstarted[0]}")
    ended = sorted({troubles[slot.instance] for slot in inside if slot.instance in troubles})
    if ended:
        return Standing(ready, "short", f"An instance does not work: {ended[0]}")
    if len(inside) < deployment.replicas:
        reason = _why_nobody(deployment, with_use(board, sites))
        if reason:
            return Standing(ready, "short", reason)
    return Standing(ready, "starting", "Instances are being started.")


def _why_still_there(board: Board, version: Version) -> str:
    if any(successors(board, version)):
        return "Its instances go on until those of the version that takes their place run."
    return "Its instances are ending."


def _why_nobody(deployment: Deployment, sites: list[Site]) -> str:
    """Return why no node takes a further instance; empty when one does."""
    if not sites:
        return "No node is running."
    reasons = [(site.name, qualifies(deployment, site)) for site in sites]
    if any(not reason for _, reason in reasons):
        return ""
    told = "; ".join(f"{name} {reason}" for name, reason in reasons[:5])
    more = f"; and {len(reasons) - 5} more" if len(reasons) > 5 else ""
    return f"No node qualifies: {told}{more}."
