"""The gateway: who is connected, which instances they are, and what becomes of those whose connection breaks (B5)."""

import asyncio
import logging
from typing import Final

from agentcluster.clock import monotonic
from agentcluster.errors import AgentClusterError
from agentcluster.tasks import end
from agents.domain.lifecycle import LifeState
from agents.gateway import access
from agents.gateway.access import Guest
from agents.gateway.blocking import ask
from agents.gateway.connection import Connection
from agents.gateway.errors import (
    AccessEndedError,
    FullError,
    ReplacedError,
    SilentError,
    SlowError,
    StoppingError,
)
from agents.gateway.offers import joinable, offer
from agents.gateway.protocol import SILENCE_S, Hello
from agents.gateway.seat import DISCONNECTED, LEFT, Seat
from agents.node.node import Node

logger = logging.getLogger(__name__)

SWEEP_S: Final = 0.5
ACCESS_S: Final = 10.0
"""How often it is looked whether tokens and grants still hold."""
FINISH_S: Final = 60.0
"""So long the calls of an agent that said goodbye may still be answered."""


class Gateway:
    """Everybody who is connected over gRPC or WebSockets. ``node`` hosts the instances; start and stop it around this."""

    def __init__(self, node: Node, *, max_connections: int, resume_s: float) -> None:
        """Let in at most ``max_connections``; a broken one may come back within ``resume_s`` seconds."""
        self.node = node
        self.resume_s = resume_s
        self.stopping = False
        self._max = max_connections
        self._seats: dict[str, Seat] = {}
        """By session."""
        self._guests: dict[Connection, tuple[Guest, str]] = {}
        """By connection: who it is, and the agent it has joined as."""
        self._leaving: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look after connections."""
        self._sweeper = asyncio.get_running_loop().create_task(self._sweep_forever())

    async def close(self) -> None:
        """End every connection that is left; the node has ended its instances before."""
        self.stopping = True
        for connection in [*self._guests]:
            connection.end(StoppingError())
        await end(self._sweeper, *self._leaving)

    def enter(self, guest: Guest, connection: Connection) -> None:
        """Take a connection in; FullError, StoppingError."""
        if self.stopping:
            raise StoppingError
        if len(self._guests) >= self._max:
            raise FullError(limit=self._max)
        self._guests[connection] = (guest, "")

    async def join(self, hello: Hello, guest: Guest, connection: Connection) -> Seat:
        """Return the instance that ``guest`` is from now on, welcomed; errors of ``offers.offer``, StoppingError."""
        seat = self._resumed(hello, guest)
        if seat is not None:
            # The session proves who it is, not that it may still; the seat may be gone by when that is known.
            await ask(joinable, guest, seat.hosted.name)
            seat = self._resumed(hello, guest)
        if seat is not None:
            if seat.connection is not None:
                seat.connection.end(ReplacedError())
            connection.put(seat.welcome(self.resume_s, resumed=True))
        else:
            seat = await self._new_seat(hello, guest)
            connection.put(seat.welcome(self.resume_s, resumed=False))
        self._guests[connection] = (guest, seat.hosted.name)
        seat.attach(connection)
        logger.info("%s joined as %s%s", guest.name, seat.hosted.instance, " again" if seat.lost_s else "")
        return seat

    def leave(self, connection: Connection, seat: Seat | None) -> None:
        """Note the end of a connection; the instance of one that broke waits for it for a while."""
        self._guests.pop(connection, None)
        if seat is None or not seat.detach(connection):
            return
        if seat.leaving or isinstance(connection.ended, AccessEndedError):
            self._remove(seat, 0.0)
        else:
            logger.info("the connection of %s broke", seat.hosted.instance)

    def goodbye(self, seat: Seat) -> None:
        """Let an instance take no more calls, and go when those at work are answered."""
        if not seat.leaving:
            self._remove(seat, FINISH_S)

    def find(self, session: str, guest: Guest) -> Seat | None:
        """Return the instance of a session of the guest's own."""
        seat = self._seats.get(session)
        return seat if seat is not None and seat.user_id == guest.user_id else None

    def _resumed(self, hello: Hello, guest: Guest) -> Seat | None:
        seat = self.find(hello.session, guest) if hello.session else None
        return None if seat is None or seat.leaving or seat.hosted.state is not LifeState.RUNNING else seat

    async def _new_seat(self, hello: Hello, guest: Guest) -> Seat:
        found = await ask(offer, hello, guest)
        if self.stopping:
            raise StoppingError
        seat = Seat(guest.user_id, found.manifest, found.identity, self.node.profile.node_id)
        seat.lost_s = 0.0
        try:
            await self.node.hosting.add(seat.hosted)
        except BaseException:
            # Whoever joined is gone, or NATS is: nobody would ever answer this instance's calls.
            await self.node.hosting.remove(seat.hosted, 0)
            raise
        self._seats[seat.session] = seat
        return seat

    def _remove(self, seat: Seat, finish_s: float) -> None:
        seat.leaving = True
        self._seats.pop(seat.session, None)
        if finish_s == 0.0:
            seat.give_up(DISCONNECTED if not seat.idle else LEFT)
        task = asyncio.get_running_loop().create_task(self._end(seat, finish_s))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _end(self, seat: Seat, finish_s: float) -> None:
        try:
            await self.node.hosting.remove(seat.hosted, finish_s)
        except AgentClusterError as error:
            logger.warning("%s could not leave in good order: %s", seat.hosted.instance, error.message)

    async def _sweep_forever(self) -> None:
        looked_s = monotonic()
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                self._sweep(monotonic())
                if monotonic() - looked_s >= ACCESS_S:
                    looked_s = monotonic()
                    await self._look_at_access()
            except AgentClusterError as error:
                logger.warning("who may stay could not be looked up: %s", error.message)
            except Exception:
                logger.exception("the sweep over the gateway's connections failed")

    def _sweep(self, now: float) -> None:
        for connection, (_, agent) in [*self._guests.items()]:
            if connection.stalled:
                connection.end(SlowError())
            elif agent and now - connection.heard_s > SILENCE_S:
                connection.end(SilentError(f"Nothing was heard of the agent for {SILENCE_S:g} s."))
        for seat in [*self._seats.values()]:
            if seat.connection is None and now - seat.lost_s > self.resume_s and not seat.leaving:
                logger.info("%s did not come back", seat.hosted.instance)
                self._remove(seat, 0.0)

    async def _look_at_access(self) -> None:
        here = [*self._guests.items()]
        lives = await ask(access.living, [who for _, who in here])
        for (connection, _), may_stay in zip(here, lives, strict=True):
            if not may_stay:
                connection.end(AccessEndedError())
