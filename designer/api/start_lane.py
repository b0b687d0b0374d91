"""The short way of ``POST /api/v1/workflows/{id}/runs`` for programs, as ASGI before Django.

Starts that arrive while others are being written down wait for them, and then go together: one look at their tokens,
one transaction, one hint to the engine (``designer.actions.start_group``), in one thread that keeps its connection. An
idle lane starts at once. What is not plain (a session, another format, anything that is to be refused) goes the long
way, through Django and ``StartView``, as if there were no lane.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from django.db import connections

from agents.policies.admission import SLOT
from designer.api.start_answer import Messages
from designer.api.start_requests import Asked, answer_all

logger = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[Any]]
_Group = list[tuple[Asked, asyncio.Future[Messages | None]]]

MOST: Final = 100
"""Starts in one transaction."""
BODY_MAX: Final = 64 * 1024
"""A larger body takes a thread of its own: the others would wait while it is read."""
_PATH: Final = re.compile(r"/api/v1/workflows/(?P<workflow_id>[0-9a-z]{26})/runs")
_NEEDED: Final = {
    b"authorization": re.compile(rb"[Bb]earer +[!-~]+"),
    b"content-type": re.compile(rb"application/json"),
}
_ACCEPT: Final = re.compile(rb"(.*[, ])?(application/json|\*/\*)([,; ].*)?")
_UNUSUAL: Final = {b"cookie", b"content-encoding", b"transfer-encoding", b"expect"}


class StartLane:
    """Answers plain starts itself and hands every other request on."""

    def __init__(self, following: Application) -> None:
        """Stand before ``following``."""
        self._following = following
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="starts")
        self._waiting: _Group = []
        self._busy = False

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> Any:
        """Answer, or hand on."""
        workflow_id = _plain(scope)
        if not workflow_id:
            return await self._following(scope, receive, send)
        messages = [await receive()]
        while messages[-1]["type"] == "http.request" and messages[-1].get("more_body"):
            messages.append(await receive())
        asked = Asked(scope, workflow_id, b"".join(message.get("body", b"") for message in messages))
        if messages[-1]["type"] == "http.request" and (answer := await self._answer(asked)) is not None:
            for message in answer:
                await send(message)
            return None
        return await self._following(asked.scope, _replayed(messages, receive), send)

    async def close(self) -> None:
        """Wait for what is under way and let the thread and its connection go."""
        await asyncio.get_running_loop().run_in_executor(self._thread, connections.close_all)
        self._thread.shutdown()

    async def _answer(self, asked: Asked) -> Messages | None:
        """Return the answer; None for a start that goes the long way."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Messages | None] = loop.create_future()
        self._waiting.append((asked, future))
        if not self._busy:
            self._busy = True
            # Those who come in this turn of the loop are of the same group.
            loop.call_soon(self._next)
        return await future

    def _next(self) -> None:
        """Give the next group to the thread."""
        group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._busy = bool(group)
        if group:
            # In a busy loop each turn takes long: a group costs three of them, and an asyncio future would add one.
            loop = asyncio.get_running_loop()
            work = self._thread.submit(answer_all, [asked for asked, _ in group])
            work.add_done_callback(lambda done: loop.call_soon_threadsafe(self._done, group, done))

    def _done(self, group: _Group, work: Future[list[Messages | None]]) -> None:
        error = work.exception()
        if error is not None:
            # Whatever this is, it may have come after the commit: nobody may be sent the long way, to start again.
            logger.error("starts could not be answered", exc_info=error)
        answers = [None] * len(group) if error is not None else work.result()
        for (asked, future), answer in zip(group, answers, strict=True):
            if answer is not None and (slot := asked.scope.get(SLOT)) is not None:
                slot.release()  # what was asked for is written down, or refused: the place is free for the next
            if future.done():
                continue
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(answer)
        asyncio.get_running_loop().call_soon(self._next)


def _plain(scope: Any) -> str:
    """Return the workflow's id when the request is one for the lane; the empty text for every other."""
    if scope["type"] != "http" or scope["method"] != "POST" or scope.get("query_string"):
        return ""
    found = _PATH.fullmatch(scope["path"])
    if found is None or scope.get("root_path"):
        return ""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    usual = len(headers) == len(scope["headers"]) and not _UNUSUAL & headers.keys()
    needed = all(pattern.fullmatch(headers.get(name, b"")) for name, pattern in _NEEDED.items())
    accept = headers.get(b"accept", b"*/*")
    length = headers.get(b"content-length", b"")
    fits = length.isdigit() and len(length) < 10 and int(length) <= BODY_MAX
    plain = usual and needed and fits and b"indent" not in accept and _ACCEPT.fullmatch(accept)
    return found["workflow_id"] if plain else ""


def _replayed(messages: list[Any], receive: Receive) -> Receive:
    """Return a ``receive`` that gives what was already read once more."""
    left = messages[::-1]

    async def again() -> Any:
        return left.pop() if left else await receive()

    return again
