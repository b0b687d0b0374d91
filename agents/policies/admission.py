"""Back pressure at the entry (features E1), as ASGI before Django: a start that finds no place is answered at once.

A request that is refused here costs next to nothing, so a web process that gets ten times what it can do still does
what it can.
"""

import asyncio
import functools
import re
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

from agentcluster.api.problems import MEDIA_TYPE, problem
from agents.domain.policy import Admission as Spec
from agents.domain.policy import Subject
from agents.policies import live
from agents.policies.errors import TooManyStartsError

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[Any]]
_Place = asyncio.Future[bool]
"""True: given; False: none fell free in time."""
Refusal = tuple[int, list[tuple[bytes, bytes]], bytes]
"""Status, headers and body of an answer."""

SLOT: Final = "agentcluster.start"
"""Where the scope has the ``Slot`` of a start."""
WAITING_PER_PLACE: Final = 4
"""So many may wait for each place; who comes then is refused at once, so that waiting costs bounded memory."""


class Slot:
    """A start in work. It ends with its request, or before: as soon as the run is written down and hinted at."""

    def __init__(self, entry: "Entry") -> None:
        self._entry: Entry | None = entry
        self._loop = asyncio.get_running_loop()

    def release(self) -> None:
        """Give the place to the next; more than once does no harm."""
        entry, self._entry = self._entry, None
        if entry is not None:
            entry.leave()

    def release_soon(self) -> None:
        """As ``release``, from another thread."""
        self._loop.call_soon_threadsafe(self.release)


class Entry:
    """The places for starts in one process; the policy may change at any moment."""

    def __init__(self, spec: Callable[[], Spec]) -> None:
        """``spec`` says what holds now."""
        self.inside = 0
        self.refused = 0
        self._coming = 0
        self._spec = spec
        self._waiting: deque[_Place] = deque()

    @property
    def full(self) -> bool:
        """Whether who comes now would be refused at once."""
        spec = self._spec()
        seats = spec.concurrent * WAITING_PER_PLACE if spec.wait_ms else 0
        return self.inside + len(self._waiting) + self._coming >= spec.concurrent + seats

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return sum(not each.done() for each in self._waiting)

    def expect(self) -> None:
        """Count one who was let through to the door and is there by the next turn of the loop.

        A server that finds thousands of requests in one turn would let all of them through otherwise, and take each of
        them apart only to refuse it here.
        """
        if not self._coming:
            asyncio.get_running_loop().call_soon(self._arrived)
        self._coming += 1

    def _arrived(self) -> None:
        self._coming = 0

    async def enter(self) -> Slot | None:
        """Return a slot; None when none fell free in time."""
        spec = self._spec()
        if self.full:
            self.refused += 1
            return None
        if self.inside < spec.concurrent and not self._waiting:
            self.inside += 1
            return Slot(self)
        loop = asyncio.get_running_loop()
        place: _Place = loop.create_future()
        self._waiting.append(place)
        timer = loop.call_later(spec.wait_ms / 1000, self._give_up, place)
        try:
            return Slot(self) if await place else None
        except asyncio.CancelledError:
            if not place.cancelled() and place.result():
                self.leave()
            elif place in self._waiting:
                self._waiting.remove(place)
            raise
        finally:
            timer.cancel()

    def leave(self) -> None:
        """Give a place back: to those who wait, as many as the policy now allows."""
        self.inside -= 1
        concurrent = self._spec().concurrent
        while self._waiting and self.inside < concurrent:
            place = self._waiting.popleft()
            if not place.done():
                self.inside += 1
                place.set_result(True)

    def _give_up(self, place: _Place) -> None:
        if not place.done():
            self._waiting.remove(place)
            self.refused += 1
            place.set_result(False)


class AdmitStarts:
    """Lets so many starts in at a time as the policy ``admission`` says, and hands every other request on."""

    def __init__(self, following: Application, *starts: str) -> None:
        """``starts`` are patterns of the paths whose POST starts runs."""
        self._following = following
        self._starts = re.compile("|".join(starts))
        self.entry = Entry(_spec)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> Any:
        """Let in, or answer 429 with ``Retry-After``."""
        if scope["type"] != "http" or scope["method"] != "POST" or not self._starts.fullmatch(scope["path"]):
            return await self._following(scope, receive, send)
        slot = await self.entry.enter()
        if slot is None:
            return await _refuse(send)
        try:
            return await self._following({**scope, SLOT: slot}, receive, send)
        finally:
            slot.release()

    def turn_away(self, path: str) -> Refusal | None:
        """Return the answer to a POST that would be refused at once; for a web server that asks before it reads on.

        None: it is let through, and is expected to come in at once.
        """
        if not self._starts.fullmatch(path):
            return None
        if not self.entry.full:
            self.entry.expect()
            return None
        self.entry.refused += 1
        return _refusal(_spec().retry_after_s)


def _spec() -> Spec:
    spec: Spec = live.spec("admission", Subject(), "entry")
    return spec


async def _refuse(send: Send) -> None:
    status, headers, body = _refusal(_spec().retry_after_s)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@functools.lru_cache(2)
def _refusal(retry_after: int) -> Refusal:
    error = TooManyStartsError(retry_after=retry_after)
    body = problem(error.status, error.code, error.message, **error.data).content
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", str(retry_after).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    return error.status, headers, body
