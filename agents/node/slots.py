"""Placement without a scheduler: this node's part of it (features A1; ``agents.domain.slot_choice`` has the rules)."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

import msgspec

from agentcluster.clock import monotonic
from agentcluster.errors import ConflictError
from agentcluster.messaging import Bus, BusUnavailableError, Watch
from agentcluster.tasks import end
from agents.cluster.placement import placement_bucket, site_of
from agents.cluster.view import ClusterView
from agents.domain.health import ONE_MISSED_S, Health
from agents.domain.placement import SLOTS, Board, Slot, SlotId
from agents.domain.slot_choice import Claim, Site, claims, fits, is_surplus, qualifies, successors
from agents.node.hosting import Hosting
from agents.node.tenancy import GIVE_UP, Make, Tenancy

logger = logging.getLogger(__name__)

TICK_S: Final = 0.5
RANK_S: Final = 1.0
RANK_MAX_S: Final = 5.0
"""How much later a node claims for each node that is a better place, and at most: nodes may be busy and look late."""
LEAVE_S: Final = 20.0
"""How long an instance that is to go elsewhere waits for somebody to take its slot."""
TAKE_OVER_S: Final = 60.0
"""How long the one who took it may take until its instance runs."""
HOLD_S: Final = 30.0
"""How long instances of a version that was replaced go on while nobody claims the slots of the new one."""
AVOID_S: Final = 60.0
"""A node that could not start an instance leaves that slot to others for so long."""


class NobodyTakesItError(ConflictError):
    """No other node takes the instance."""

    code = "nobody_takes_it"


class Slots:
    """Claims slots, keeps instances in them, gives them up. Runs on the node's loop."""

    def __init__(self, bus: Bus, hosting: Hosting, view: ClusterView, make: Make, site: Callable[[], Site]) -> None:
        """``make`` makes an idle instance; ``site`` says what this node is as a place at the moment."""
        self.held: dict[SlotId, Tenancy] = {}
        self._bucket = placement_bucket(bus)
        self._hosting, self._view, self._make, self._site = hosting, view, make, site
        self._board = Board()
        self._watch: Watch | None = None
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._free_since: dict[SlotId, float] = {}
        self._unknown_since: dict[str, float] = {}
        self._avoid: dict[SlotId, float] = {}
        self._held_back: dict[SlotId, float] = {}
        self._made_s = 0

    async def start(self) -> None:
        """Begin to watch and to claim."""
        self._watch = Watch(self._bucket, "", self._on_entry)
        self._view.on_change(self._news.set)
        self._task = asyncio.get_running_loop().create_task(self._run())

    def soon(self) -> None:
        """Look at once: the node was told to drain, say."""
        self._news.set()

    def tenancy_of(self, instance: str) -> Tenancy | None:
        """Return the slot an instance of this node is in."""
        return next((tenancy for tenancy in self.held.values() if tenancy.instance == instance), None)

    async def leave(self) -> None:
        """The node is stopping: claim nothing more, and let others take every slot at once."""
        await end(self._task)
        if self._watch is not None:
            await self._watch.stop()
        await asyncio.gather(*(tenancy.write(state="leaving", to="") for tenancy in self.held.values()))

    async def stop(self, finish_s: float) -> None:
        """After ``leave``: end every instance and give the slots back that nobody took."""
        for tenancy in self.held.values():
            tenancy.end(finish_s)
        for tenancy in [*self.held.values()]:
            await tenancy.ended()

    async def migrate(self, instance: str, to: str = "") -> None:
        """Offer the instance's slot to others (``to``: the id of one), and keep it until the new one runs.

        NobodyTakesItError when no other node qualifies at this moment.
        """
        tenancy = self.tenancy_of(instance)
        if tenancy is None or tenancy.slot is None:
            raise NobodyTakesItError(f"{instance} is in no slot of this node.")
        others = [site for site in self._sites() if site.node != self._site().node and to in ("", site.node)]
        reasons = [(site.name, qualifies(tenancy.deployment, site)) for site in others]
        if not any(not reason for _, reason in reasons):
            told = "; ".join(f"{name} {reason}" for name, reason in reasons) or "there is no other node"
            raise NobodyTakesItError(f"No node takes {instance}: {told}.")
        await self._offer(tenancy, "migrate", to)

    def _on_entry(self, key: str, value: bytes | None, _deleted: bool) -> None:
        self._board.take(key, value)
        self._news.set()

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), TICK_S)
            self._news.clear()
            if self._view.blind or self._watch is None or not self._watch.current:
                self._unknown_since.clear()
                continue
            try:
                await self._look()
            except BusUnavailableError as error:
                logger.warning("placement has to wait: %s", error.message)
            except Exception:
                logger.exception("placement: this look failed, the next one is soon")

    async def _look(self) -> None:
        for place, tenancy in [*self.held.items()]:
            if tenancy.over:
                del self.held[place]
                self._held_back.pop(place, None)
            elif not tenancy.ending:
                await self._look_after(tenancy)
        now = monotonic()
        found = [claim for claim in self._claims() if claim.place not in self.held]
        self._free_since = {claim.place: self._free_since.get(claim.place, now) for claim in found}
        for claim in found:
            waited_s = now - self._free_since[claim.place]
            if waited_s >= min(RANK_MAX_S, claim.rank * RANK_S) and self._avoid.get(claim.place, 0.0) <= now:
                await self._claim(claim)
        await self._tidy()

    async def _tidy(self) -> None:
        """Remove the entries of slots nobody wants whose holder is gone, or was this node before NATS went away."""
        assert self._watch is not None
        for place, slot in [*self._board.slots.items()]:
            if place not in self.held and is_surplus(self._board, place) and self._is_free(slot):
                key = f"{SLOTS}{'/'.join(place.version)}/{place.number}"
                revision = self._watch.revision(key)
                if revision and await self._bucket.remove(key, revision):
                    logger.info("slot %s, which %s had, is not wanted any more", key, slot.instance)

    def _claims(self) -> list[Claim]:
        site = self._site()
        return [] if site.draining else claims(self._board, site.node, self._sites(), self._is_free)

    def _sites(self) -> list[Site]:
        """Return the nodes that live, this one as it is now."""
        mine = self._site()
        others = [site_of(node) for node in self._view.nodes() if node.status is Health.ACTIVE]
        return [mine, *(site for site in others if site.node != mine.node)]

    def _is_free(self, slot: Slot) -> bool:
        if slot.node == self._site().node:
            return not any(tenancy.owns(slot) for tenancy in self.held.values())
        health = self._view.health(slot.node)
        if health is not None:
            self._unknown_since.pop(slot.node, None)
            return health is Health.FAILED
        # Nobody has heard of it: it left, or NATS was away and it has not beaten yet.
        return monotonic() - self._unknown_since.setdefault(slot.node, monotonic()) > ONE_MISSED_S

    async def _claim(self, claim: Claim) -> None:
        tenancy = Tenancy(claim.place, claim.deployment, self._bucket, self._hosting, self._make)
        slot = tenancy.first(self._site().node)
        value = msgspec.json.encode(slot)
        assert self._watch is not None
        known = self._watch.revision(tenancy.key)
        revision = await (
            self._bucket.update(tenancy.key, value, known) if known else self._bucket.create(tenancy.key, value)
        )
        if revision is None:
            return
        logger.info("slot %s is ours (revision %d)", tenancy.key, revision)
        self._board.slots[claim.place] = slot
        self.held[claim.place] = tenancy
        self._made_s = self._made_s or await self._bucket.created_s()
        tenancy.begin(slot, revision)
        self._news.set()

    async def _look_after(self, tenancy: Tenancy) -> None:
        """Decide what becomes of an instance of ours."""
        standing = self._board.slots.get(tenancy.place)
        deployment = self._board.wanted.get(tenancy.place.version, tenancy.deployment)
        if deployment.withdrawn and deployment.replicas == 0:
            tenancy.end(0)
        elif standing is None:
            await self._missing(tenancy)
        elif not tenancy.owns(standing) and not await self._is_stale(tenancy):
            self._overtaken(tenancy, standing)
        elif is_surplus(self._board, tenancy.place) and not self._hold(tenancy):
            tenancy.end()
        elif tenancy.failures >= GIVE_UP and self._others_may(tenancy):
            self._avoid[tenancy.place] = monotonic() + AVOID_S
            tenancy.end()
        else:
            await self._stay_or_leave(tenancy)

    async def _missing(self, tenancy: Tenancy) -> None:
        """Our slot has no entry: NATS came back empty, or ours expired from memory. Surplus ones need none."""
        if is_surplus(self._board, tenancy.place):
            if not self._hold(tenancy):
                tenancy.end()
        elif not await self._is_stale(tenancy) and await tenancy.claim_again():
            tenancy.overtaken_s = None
            self._made_s = await self._bucket.created_s()
            logger.info("slot %s was empty, it is ours again", tenancy.key)

    async def _is_stale(self, tenancy: Tenancy) -> bool:
        """Say whether what we saw of our slot is old; when another has it, that it is not ours is noted."""
        entry = await self._bucket.entry(tenancy.key)
        if entry is None:
            return False
        slot = msgspec.json.decode(entry.value, type=Slot)
        if tenancy.owns(slot):
            tenancy.revision = entry.revision
            return True
        if entry.revision < tenancy.revision and await self._bucket.created_s() == self._made_s:
            return True  # an answer from a server that has not heard of our claim yet
        tenancy.revision = 0
        return False

    def _overtaken(self, tenancy: Tenancy, standing: Slot) -> None:
        """Another has the slot: end at once, or, when we offered it, as soon as the new instance runs."""
        now = monotonic()
        if tenancy.overtaken_s is None:
            tenancy.overtaken_s = now
            logger.info("slot %s was taken by %s", tenancy.key, standing.instance)
        if not tenancy.why_leaving or standing.state != "starting" or now - tenancy.overtaken_s > TAKE_OVER_S:
            tenancy.end()

    def _hold(self, tenancy: Tenancy) -> bool:
        """Say whether an instance nobody wants goes on until the version that replaces it is up."""
        pending = successors(self._board, tenancy.place.version)
        since = self._held_back.setdefault(tenancy.place, monotonic())
        return pending.starting or (pending.unclaimed and monotonic() - since < HOLD_S)

    def _others_may(self, tenancy: Tenancy) -> bool:
        mine = self._site().node
        return any(not qualifies(tenancy.deployment, site) for site in self._sites() if site.node != mine)

    async def _stay_or_leave(self, tenancy: Tenancy) -> None:
        self._held_back.pop(tenancy.place, None)
        await tenancy.repair()
        site = self._site()
        deployment = self._board.wanted.get(tenancy.place.version, tenancy.deployment)
        why = "drain" if site.draining else "where" if fits(deployment, site) else ""
        if why and tenancy.hosted is None:
            tenancy.end()
        elif why and not tenancy.why_leaving:
            await self._offer(tenancy, why)
        elif tenancy.why_leaving and tenancy.left_s is not None:
            await self._while_leaving(tenancy, why)

    async def _while_leaving(self, tenancy: Tenancy, why: str) -> None:
        waited_s = monotonic() - (tenancy.left_s or 0.0)
        if tenancy.why_leaving == "migrate" and not why:
            if waited_s > LEAVE_S:
                logger.warning("nobody took %s; it stays", tenancy.instance)
                await self._stay(tenancy)
        elif not why:
            await self._stay(tenancy)
        elif waited_s > LEAVE_S:
            logger.warning("nobody took %s within %g s; it ends", tenancy.instance, LEAVE_S)
            tenancy.end()

    async def _offer(self, tenancy: Tenancy, why: str, to: str = "") -> None:
        if await tenancy.write(state="leaving", to=to):
            tenancy.why_leaving, tenancy.left_s = why, monotonic()
            if tenancy.slot is not None:
                self._board.slots[tenancy.place] = tenancy.slot

    async def _stay(self, tenancy: Tenancy) -> None:
        if await tenancy.write(state="running", to=""):
            tenancy.why_leaving, tenancy.left_s = "", None
